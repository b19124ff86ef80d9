package addons

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/k8splan/k8splan/planner/emit/coredns"
	"github.com/k8splan/k8splan/planner/plan"
)

// partial is a Deployment in which we own a single field: server-side apply leaves the others to kubeadm.
type partial struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            replicas          `json:"spec"`
}

type replicas struct {
	Replicas int `json:"replicas"`
}

// clusterDNS returns the topology's settings for kubeadm's CoreDNS. kubeadm keeps both across upgrades: an edited Corefile and the replica
// count. Source: k8s.io/kubernetes cmd/kubeadm/app/phases/addons/dns/dns.go
func clusterDNS(p *plan.Plan, _ *plan.Addon) ([]any, error) {
	at := metav1.ObjectMeta{Name: "coredns", Namespace: "kube-system"}
	var docs []any
	if len(p.Network.DNS.Upstream) > 0 {
		docs = append(docs, &corev1.ConfigMap{TypeMeta: kind("v1", "ConfigMap"), ObjectMeta: at,
			Data: map[string]string{"Corefile": coredns.Corefile(p)}})
	}
	if n := p.Network.DNS.Replicas; n > 0 {
		docs = append(docs, &partial{kind("apps/v1", "Deployment"), at, replicas{n}})
	}
	return docs, nil
}

// nodeLocalDNS returns a cluster DNS cache for every node. It listens on an address that no other interface has, so it works in any
// kube-proxy mode. Sources: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/, k8s.io/kubernetes
// cluster/addons/dns/nodelocaldns/nodelocaldns.yaml
func nodeLocalDNS(p *plan.Plan, a *plan.Addon) ([]any, error) {
	ref, err := image(p, a, "k8s-dns-node-cache")
	if err != nil {
		return nil, err
	}
	app := app{a.Name, "kube-system", map[string]string{"k8s-app": a.Name}}
	corefile := nodeCache(p)
	live := &corev1.Probe{InitialDelaySeconds: 60, TimeoutSeconds: 5, ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
		Host: plan.NodeCacheAddress, Path: "/health", Port: intstr.FromInt32(8080)}}}
	pods := app.everywhere(reaching(p, corev1.PodSpec{
		ServiceAccountName: app.name, PriorityClassName: "system-node-critical", DNSPolicy: corev1.DNSDefault, HostNetwork: true,
		NodeSelector: linux,
		Containers: []corev1.Container{{
			Name: "node-cache", Image: ref, Resources: requests("25m", "5Mi"), LivenessProbe: live,
			Args: []string{"-localip", plan.NodeCacheAddress, "-conf", "/etc/Corefile", "-setupiptables=false"},
			Ports: []corev1.ContainerPort{
				{Name: "dns", ContainerPort: 53, HostPort: 53, Protocol: corev1.ProtocolUDP},
				{Name: "dns-tcp", ContainerPort: 53, HostPort: 53, Protocol: corev1.ProtocolTCP},
				{Name: "metrics", ContainerPort: 9253, HostPort: 9253, Protocol: corev1.ProtocolTCP},
			},
			SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"NET_ADMIN"}}},
			VolumeMounts:    []corev1.VolumeMount{{Name: "config", MountPath: "/etc/coredns"}},
		}},
		Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: app.name},
			Items:                []corev1.KeyToPath{{Key: "Corefile", Path: "Corefile.base"}}}}}},
	}))
	pods.Spec.Template.Annotations = digestOf([]byte(corefile))
	pods.Spec.UpdateStrategy.Type = appsv1.RollingUpdateDaemonSetStrategyType
	return []any{app.account(), app.config(app.name, map[string]string{"Corefile": corefile}), pods}, nil
}

// nodeCache returns the caches' Corefile. Queries for cluster names go to CoreDNS over TCP, so conntrack counts one connection instead of
// one entry per query. All other queries go where CoreDNS itself would send them.
func nodeCache(p *plan.Plan) string {
	service := p.Network.DNSServiceIPs()[0].String()
	zone := func(name, cache, forward string) string {
		return fmt.Sprintf("%s:53 {\n    errors\n    cache%s\n    reload\n    loop\n    bind %s\n    forward . %s\n    prometheus :9253\n",
			name, cache, plan.NodeCacheAddress, forward)
	}
	tcp := service + " {\n        force_tcp\n    }"
	return zone(p.Network.DNSDomain, " {\n        success 9984 30\n        denial 9984 5\n    }", tcp) +
		"    health " + plan.NodeCacheAddress + ":8080\n}\n" +
		zone("in-addr.arpa", " 30", tcp) + "}\n" +
		zone("ip6.arpa", " 30", tcp) + "}\n" +
		zone(".", " 30", strings.Join(coredns.Upstream(p), " ")) + "}\n"
}
