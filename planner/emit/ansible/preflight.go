package ansible

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/emit/hostfiles"
	"github.com/k8splan/k8splan/planner/plan"
)

// preflight returns what the role preflight checks the hosts against, in addition to what other roles know.
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

// groups maps peers of plan.Port to inventory groups.
var groups = map[plan.Peer]string{
	plan.ControlPlanePeers: "control_plane", plan.EtcdPeers: "etcd", plan.BalancerPeers: "load_balancer", plan.KubeletHosts: "kubelet",
}

// listening returns the ports that must be free before installation: the plan's, and kubeadm's own on the loopback interface. Source:
// k8s.io/kubernetes cmd/kubeadm/app/preflight/checks.go
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

// places returns one address for each server that hosts fetch from: those of all hosts, and those of hosts with a kubelet only.
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

// registryPlaces returns the addresses that are tried first for a registry's images: its mirrors, or itself.
func registryPlaces(p *plan.Plan, host string) []string {
	for _, r := range p.Runtime.Registries {
		switch {
		case r.Host != host || r.SkipVerify || r.CAFile != "": // Python neither knows that CA nor that verification is off.
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

// origin returns the server part of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// kernels returns the oldest kernel versions that the plan's features support.
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

// modules returns the kernel modules that the plan's features need. The role host loads the modules that every node needs.
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

// nameToResolve returns the endpoint's name if DNS must resolve it and no line of /etc/hosts does.
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
