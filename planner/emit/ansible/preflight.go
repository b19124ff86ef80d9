package ansible

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
)

// preflight is what the role of that name checks the hosts against, beyond what other roles know.
func preflight(p *plan.Plan) mapping {
	all, kubelets := places(p)
	return mapping{
		{"ports", listening(p)},
		{"reach", mapping{{"all", all}, {"kubelet", kubelets}}},
		{"kernels", kernels(p)},
		{"modules", modules(p)},
		{"cgroup_v2", p.Cluster.Version.NeedsCgroupV2() && !slices.ContainsFunc(p.Cluster.Kubelet.ExtraArgs, allowsCgroupV1)},
		{"name", nameToResolve(p)},
	}
}

func allowsCgroupV1(a plan.Arg) bool { return a.Name == "fail-cgroupv1" && a.Value == "false" }

// groups are the inventory's words for the groups of plan.Port.
var groups = map[plan.Peer]string{
	plan.ControlPlanePeers: "control_plane", plan.EtcdPeers: "etcd", plan.BalancerPeers: "load_balancer", plan.KubeletHosts: "kubelet",
}

// listening are the ports that must be free before the cluster begins: those of the plan, and kubeadm's own on the loopback interface.
// Source: k8s.io/kubernetes cmd/kubeadm/app/preflight/checks.go
func listening(p *plan.Plan) []mapping {
	var out []mapping
	add := func(on, protocol string, port int, component string) {
		out = append(out, mapping{{"on", on}, {"protocol", protocol}, {"port", port}, {"component", component}})
	}
	for _, o := range p.Ports() {
		if on := groups[o.On]; on != "" && o.First != 0 && o.First == o.Last {
			add(on, o.Protocol, o.First, o.Component)
		}
	}
	if len(out) > 0 {
		add("control_plane", "tcp", 10257, "kube-controller-manager")
		add("control_plane", "tcp", 10259, "kube-scheduler")
	}
	return out
}

// places are the servers that hosts fetch from, all of them and those with a kubelet alone: an address each.
func places(p *plan.Plan) (all, kubelets []string) {
	add := func(to []string, place string) []string {
		if place == "" || slices.Contains(to, place) || slices.Contains(all, place) {
			return to
		}
		return append(to, place)
	}
	if p.Artifacts.Origin == "packages" {
		for _, r := range hostfiles.Repositories(p) {
			if r.Name == "kubernetes" {
				all = add(all, origin(r.Deb))
			} else {
				kubelets = add(kubelets, origin(r.Deb))
			}
		}
	}
	for _, d := range p.Downloads() {
		place := p.Artifacts.MirrorURL
		if !strings.HasPrefix(d.URL, place+"/") || place == "" {
			place = origin(d.URL)
		}
		kubelets = add(kubelets, place)
	}
	for _, i := range p.SystemImages() {
		host, _, _ := strings.Cut(i.Ref, "/")
		for _, place := range registryPlaces(p, host) {
			kubelets = add(kubelets, place)
		}
	}
	return all, kubelets
}

// registryPlaces are the addresses at which a registry's images are to be had first: its mirrors, or itself.
func registryPlaces(p *plan.Plan, host string) []string {
	for _, r := range p.Runtime.Registries {
		switch {
		case r.Host != host || r.SkipVerify || r.CAFile != "": // Python knows neither that authority nor that nothing is to be verified
		case len(r.Mirrors) > 0:
			return r.Mirrors
		default:
			return []string{hostfiles.Upstream(r)}
		}
		if r.Host == host {
			return nil
		}
	}
	return []string{hostfiles.Upstream(plan.Registry{Host: host})}
}

// origin is the server of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// kernels are the oldest kernels that the plan's features run on.
func kernels(p *plan.Plan) []mapping {
	floor := func(what string, least plan.Version, refuses bool) mapping {
		return mapping{{"for", what}, {"least", least.MinorString()}, {"refuses", refuses}}
	}
	var out []mapping
	if least, refuses, known := p.Kubernetes().KernelFloor(); known {
		out = append(out, floor("kubeadm", least, refuses))
	}
	if p.Network.KubeProxy.Mode == "nftables" {
		out = append(out, floor("kube-proxy in nftables mode", plan.NFTablesKernel, true))
	}
	return out
}

// modules are those of the kernel without which a feature of the plan does nothing. The role host loads what every node needs itself.
func modules(p *plan.Plan) []string {
	out := []string{"overlay"}
	switch p.Network.KubeProxy.Mode {
	case "ipvs":
		out = append(out, "ip_vs", "ip_vs_rr", "ip_vs_sh")
	case "nftables":
		out = append(out, "nf_tables")
	}
	switch p.Network.CNI.Encapsulation {
	case plan.VXLAN, plan.WireGuard, plan.IPIP:
		out = append(out, p.Network.CNI.Encapsulation)
	}
	return out
}

// nameToResolve is the endpoint's name where DNS has to know it, and no line of /etc/hosts does.
func nameToResolve(p *plan.Plan) string {
	host := p.Cluster.Endpoint.Host
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	if _, ours := p.HostsEntry(); ours {
		return ""
	}
	return host
}
