package report

import (
	"time"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Certificates lists what expires, following kubeadm's own list. Source: https://kubernetes.io/docs/setup/best-practices/certificates/ and
// https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/
func Certificates(p *plan.Plan) []Certificate {
	life, authority := Lifetime(p.Cluster.CertificateValidity, "1 year"), Lifetime(p.Cluster.CAValidity, "10 years")
	const renew = "`kubeadm certs renew`, and every `kubeadm upgrade`"
	every := "every control plane"
	var out []Certificate
	add := func(file, on, issuer, valid, renewed string) {
		out = append(out, Certificate{file, on, issuer, valid, renewed})
	}
	add("/etc/kubernetes/pki/ca.crt", every, "itself", authority, "not renewed: a new one means new certificates everywhere")
	add("/etc/kubernetes/pki/front-proxy-ca.crt", every, "itself", authority, "not renewed")
	add("/etc/kubernetes/pki/apiserver.crt", every, "ca", life, renew)
	add("/etc/kubernetes/pki/apiserver-kubelet-client.crt", every, "ca", life, renew)
	add("/etc/kubernetes/pki/front-proxy-client.crt", every, "front-proxy-ca", life, renew)
	add("/etc/kubernetes/admin.conf, controller-manager.conf, scheduler.conf", every, "ca", life, renew)
	add("/etc/kubernetes/super-admin.conf", p.Bootstrap().Name, "ca", life, renew)
	if p.Etcd.Foreign() {
		add("/etc/kubernetes/pki/etcd/ca.crt, apiserver-etcd-client.crt", every, "others' authority for etcd", "not known",
			"those who run etcd: put the new file on the machine that runs Ansible, and run `site.yml`")
	} else if p.Etcd.IsExternal() {
		first := p.Etcd.Members[0].Name
		add("/etc/etcd/issued/"+first+"/etcd/ca.crt", first+", and copies as /etc/etcd/pki/ca.crt on the members", "itself",
			authority, "not renewed")
		add("/etc/etcd/pki/server.crt, peer.crt, healthcheck-client.crt", "every member", "etcd's ca", life,
			"you: [RUNBOOK.md](RUNBOOK.md), \"Renew certificates\". kubeadm does not see them")
		add("/etc/kubernetes/pki/apiserver-etcd-client.crt", every, "etcd's ca", life, "you, as above")
	} else {
		add("/etc/kubernetes/pki/etcd/ca.crt", every, "itself", authority, "not renewed")
		add("/etc/kubernetes/pki/etcd/server.crt, peer.crt, healthcheck-client.crt; pki/apiserver-etcd-client.crt", every,
			"etcd/ca", life, renew)
	}
	add("/var/lib/kubelet/pki/kubelet-client-current.pem", "every host with a kubelet", "ca", "1 year", "the kubelet itself")
	if p.Cluster.Kubelet.ServerTLSBootstrap {
		add("/var/lib/kubelet/pki/kubelet-server-current.pem", "every host with a kubelet", "ca", "1 year",
			"the kubelet requests it, an administrator approves: `kubectl certificate approve`")
	} else {
		add("/var/lib/kubelet/pki/kubelet.crt", "every host with a kubelet", "itself", "1 year",
			"a restart of the kubelet after the file is deleted")
	}
	add("/etc/kubernetes/pki/sa.key, sa.pub", every, "none: a key pair", "no end", "not renewed: it signs the tokens of service accounts")
	return out
}

// Lifetime formats a validity period, in days if it is at least that long; otherwise is the text for a shorter one.
func Lifetime(d time.Duration, otherwise string) string {
	if d == 0 {
		return otherwise
	}
	if days := d / (24 * time.Hour); days > 0 {
		return spelling.Quantity(int(days), "day", "days")
	}
	return d.String()
}
