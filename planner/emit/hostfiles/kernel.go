package hostfiles

import (
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// KernelSettingsPath is the file of kernel settings. On a host that learns its IPv6 default route from a router, the file begins with extra
// lines that keep the route.
const KernelSettingsPath = "/etc/sysctl.d/99-kubernetes.conf"

// Modules returns the kernel modules that hosts with a kubelet load. Source:
// https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs for those of IPVS
func Modules(p *plan.Plan) []string {
	modules := []string{"overlay", "br_netfilter"}
	if p.Network.KubeProxy.Mode == "ipvs" {
		modules = append(modules, "ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_sh", "nf_conntrack")
	}
	return modules
}

// KernelSettings returns the kernel settings of hosts with a kubelet, by name. Pods on different nodes can only reach each other if the
// nodes forward packets, and bridged traffic must pass the Services' rules.
func KernelSettings(p *plan.Plan) []plan.Sysctl {
	settings := append(slices.Clone(p.KernelSettings()), plan.Sysctl{Name: "net.ipv4.ip_forward", Value: "1"},
		plan.Sysctl{Name: "net.bridge.bridge-nf-call-iptables", Value: "1"},
		plan.Sysctl{Name: "net.bridge.bridge-nf-call-ip6tables", Value: "1"})
	if p.Network.IPv6() {
		settings = append(settings, plan.Sysctl{Name: "net.ipv6.conf.all.forwarding", Value: "1"})
	}
	slices.SortFunc(settings, func(a, b plan.Sysctl) int { return strings.Compare(a.Name, b.Name) })
	return settings
}

// Kernel returns the files with kernel modules and settings for hosts with a kubelet.
func Kernel(p *plan.Plan) []File {
	var settings strings.Builder
	for _, s := range KernelSettings(p) {
		settings.WriteString(s.Name + " = " + s.Value + "\n")
	}
	return []File{
		{"/etc/modules-load.d/kubernetes.conf", strings.Join(Modules(p), "\n") + "\n"},
		{KernelSettingsPath, settings.String()},
	}
}

// NetworkManager is for hosts that have its configuration directory. It keeps NetworkManager away from the pod network's interfaces, whose
// routes and addresses it would remove. Source:
// https://docs.tigera.io/calico/latest/operations/troubleshoot/troubleshooting#configure-networkmanager
func NetworkManager() File {
	var devices []string
	for _, name := range []string{"cni*", "flannel*", "veth*", "cali*", "tunl*", "vxlan.calico", "vxlan-v6.calico", "wireguard.cali",
		"wg-v6.cali", "cilium*", "lxc*", "kube-ipvs*"} {
		devices = append(devices, "interface-name:"+name)
	}
	return File{"/etc/NetworkManager/conf.d/50-kubernetes.conf", "[keyfile]\nunmanaged-devices=" + strings.Join(devices, ";") + "\n"}
}
