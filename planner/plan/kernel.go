package plan

import "slices"

// Sysctl is a setting of the kernel.
type Sysctl struct{ Name, Value string }

// ProtectedSettings are what a kubelet with protectKernelDefaults wants the kernel to have: it sets them itself otherwise, and with it
// exits where one is another. Source: k8s.io/kubernetes pkg/kubelet/cm/container_manager_linux.go (setupKernelTunables),
// k8s.io/component-helpers node/util/sysctl/sysctl.go
var ProtectedSettings = []Sysctl{
	{"kernel.keys.root_maxbytes", "25000000"},
	{"kernel.keys.root_maxkeys", "1000000"},
	{"kernel.panic", "10"},
	{"kernel.panic_on_oops", "1"},
	{"vm.overcommit_memory", "1"},
	{"vm.panic_on_oom", "0"},
}

// KernelSettings are the settings that hosts with a kubelet need next to those of the network: where a kubelet protects the kernel's own.
func (p *Plan) KernelSettings() []Sysctl {
	on := func(args []Arg) bool {
		return slices.Contains(args, Arg{"protect-kernel-defaults", "true"})
	}
	protects := on(p.Cluster.Kubelet.ExtraArgs) || p.Cluster.Kubelet.Config.Fields()["protectKernelDefaults"] == true ||
		slices.ContainsFunc(p.KubeletNodes(), func(n *Node) bool { return on(n.KubeletExtraArgs) })
	if !protects {
		return nil
	}
	return ProtectedSettings
}
