package plan

import "slices"

// Sysctl is a kernel setting.
type Sysctl struct{ Name, Value string }

// ProtectedSettings are the kernel settings that a kubelet needs. It sets them itself, except with protectKernelDefaults: then it exits if
// one differs. Source: k8s.io/kubernetes pkg/kubelet/cm/container_manager_linux.go (setupKernelTunables), k8s.io/component-helpers
// node/util/sysctl/sysctl.go
var ProtectedSettings = []Sysctl{
	{"kernel.keys.root_maxbytes", "25000000"},
	{"kernel.keys.root_maxkeys", "1000000"},
	{"kernel.panic", "10"},
	{"kernel.panic_on_oops", "1"},
	{"vm.overcommit_memory", "1"},
	{"vm.panic_on_oom", "0"},
}

// KernelSettings are the settings that hosts with a kubelet need in addition to the network's: ProtectedSettings, if a kubelet protects
// kernel defaults.
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
