package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

const (
	releases     = "https://kubernetes.io/releases/patch-releases/"
	skewPolicy   = "https://kubernetes.io/releases/version-skew-policy/"
	cgroupDocs   = "https://kubernetes.io/docs/concepts/architecture/cgroups/"
	runtimeTable = "https://github.com/containerd/containerd/blob/main/RELEASES.md#kubernetes-support"
)

// wireguardKernel is the first Linux with WireGuard. Ubuntu 20.04 also has it in its 5.4. Source: https://www.wireguard.com/install/
var wireguardKernel = plan.Version{Major: 5, Minor: 6}

// osBlocker says why this Kubernetes does not run on the system, "" if it does; only the rule about it then reports the system.
func osBlocker(p *plan.Plan, f plan.System) string {
	switch {
	case f.CgroupV1 && p.Cluster.Version.NeedsCgroupV2():
		return "cgroup"
	case kernelRefused(p, f):
		return "kernel"
	case p.Network.KubeProxy.Mode == "nftables" && f.Kernel.Before(plan.NFTablesKernel):
		return "nftables"
	case p.Network.CNI.Encapsulation == plan.WireGuard && f.Kernel.Before(wireguardKernel) && f.Name != "ubuntu":
		return "wireguard"
	}
	return ""
}

func kernelRefused(p *plan.Plan, f plan.System) bool {
	floor, refuses, known := p.Kubernetes().KernelFloor()
	return known && refuses && f.Kernel.Before(floor)
}

// kubelets selects the hosts that run a kubelet and whose system is known.
func kubelets(p *plan.Plan, is func(plan.System) bool) func(*plan.Node) bool {
	return func(n *plan.Node) bool {
		f, ok := n.OS.Facts()
		return ok && n.Roles&(plan.ControlPlane|plan.Worker) != 0 && is(f)
	}
}

func osAt(n *plan.Node) hcl.Range { return n.Attr("os") }

func versionAt(p *plan.Plan) hcl.Range { return p.Cluster.Attr("kubernetes_version") }

// parsed parses a version of another program, with or without v.
func parsed(s string) (plan.Version, bool) { return plan.ParseVersion(s) }

// versionWithoutData is the ID of the rule about versions without data.
const versionWithoutData = "version-unknown"

var versionRules = []Rule{
	{rule.Rule{
		ID: versionWithoutData, Severity: rule.Error, Title: "Kubernetes version without data", Permanent: true,
		Doc: "Generated files depend on facts about each minor: API versions, images, flags, and minimum versions. For a minor that is " +
			"newer or much older, k8splan has no facts, and a guess would fail on the machines.",
		Fix:     "Write a version that `k8splan facts` lists. For a newer one, update k8splan or give newer facts with `--facts`.",
		Sources: []string{releases},
	}, versionUnknown},
	{rule.Rule{
		ID: "version-unsupported", Severity: rule.Warning, Title: "Kubernetes version too old to generate",
		Doc: "Before 1.31, kubeadm does not support the configuration format that k8splan writes, and upstream no longer fixes these " +
			"minors. Such a cluster can still be validated, simulated, and compared. Flags, fields, feature gates, and versions of " +
			"other software are checked only where they came later (`version-setting-later`): k8splan has no other facts for such an old " +
			"version.",
		Fix: "Upgrade the cluster with the tool that built it, one minor at a time; `k8splan upgrade-path` lists the steps. generate " +
			"works from 1.31 on.",
		Sources: []string{"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/",
			"https://github.com/kubernetes/website/blob/main/data/releases/eol.yaml", skewPolicy},
	}, versionUnsupported},
	{rule.Rule{
		ID: "version-patch-unknown", Severity: rule.Warning, Title: "Unknown patch release",
		Doc: "The release is newer than the facts in this version of k8splan. Image tags and the minimum etcd version may have changed; " +
			"generated files follow the newest known release.",
		Fix:     "Update k8splan, or give newer facts with `--facts`. There is no reason to go back to an older patch release.",
		Sources: []string{releases},
	}, versionPatchUnknown},
	{rule.Rule{
		ID: "target-version", Severity: rule.Error, Title: "Kubernetes version not supported by the target", Permanent: true,
		Doc:     "The target's own program or service supports certain minors or releases only.",
		Fix:     "Write a supported version, or leave it out to get the newest one.",
		Sources: []string{releases},
	}, targetVersion},
	{rule.Rule{
		ID: "version-kernel", Severity: rule.Error, Title: "Kernel too old for this Kubernetes",
		Doc: "kubeadm's preflight checks reject kernels older than 4.19 in 1.32 and 1.33, and older than 3.10 in 1.31. RHEL 8 and its " +
			"derivatives have 4.18.",
		Fix: "Use a newer release of the system.",
		Sources: []string{"https://github.com/kubernetes/system-validators/blob/v1.9.0/validators/types_unix.go",
			"https://kubernetes.io/docs/reference/node/kernel-version-requirements/"},
	}, versionKernel},
	{rule.Rule{
		ID: "version-kernel-untested", Severity: rule.Warning, Title: "Kernel older than this Kubernetes is tested with",
		Doc: "From 1.34 on, kubeadm's preflight checks warn about kernels older than 5.4: they are no longer tested, and features from " +
			"user namespaces to swap need newer ones.",
		Fix: "Use a newer release of the system.",
		Sources: []string{"https://github.com/kubernetes/system-validators/blob/v1.12.1/validators/types_unix.go",
			"https://kubernetes.io/docs/reference/node/kernel-version-requirements/"},
	}, versionKernelUntested},
	{rule.Rule{
		ID: "version-cgroup-v1", Severity: rule.Error, Title: "cgroup v1 not supported by this kubelet",
		Doc:     "From 1.35 on, the kubelet does not start on a host with cgroup v1, which this system uses by default.",
		Fix:     "Use a system with cgroup v2 by default: Ubuntu 22.04, Debian 11, RHEL 9, or newer.",
		Sources: []string{cgroupDocs, "https://github.com/kubernetes/enhancements/issues/5573"},
	}, versionCgroupV1},
	{rule.Rule{
		ID: "version-nftables-kernel", Severity: rule.Error, Title: "nftables mode on an old kernel",
		Doc:     "kube-proxy's nftables mode needs Linux 5.13 or newer; on older kernels it exits, and no Service works on that node.",
		Fix:     "Write `kube_proxy { mode = \"iptables\" }`, or use a newer system.",
		Sources: []string{kubeProxyDocs + "#proxy-mode-nftables", "https://kubernetes.io/docs/reference/node/kernel-version-requirements/"},
	}, versionNftablesKernel},
	{rule.Rule{
		ID: "version-wireguard-kernel", Severity: rule.Error, Title: "WireGuard on a kernel without it",
		Doc:     "Linux has WireGuard from 5.6 on. Older kernels lack the interface type, so the pod network's agent fails.",
		Fix:     "Write `encapsulation = \"vxlan\"`, or use a newer system.",
		Sources: []string{"https://www.wireguard.com/install/", flannelDocs + "#wireguard"},
	}, versionWireguardKernel},
	{rule.Rule{
		ID: "version-ipvs-deprecated", Severity: rule.Warning, Title: "Deprecated proxy mode",
		Doc:     "The ipvs mode has been deprecated since 1.35 and has no maintainer; the nftables mode replaces it.",
		Fix:     "Write `mode = \"nftables\"`, or leave it out.",
		Sources: []string{"https://github.com/kubernetes/enhancements/issues/5495", kubeProxyDocs},
	}, versionIPVSDeprecated},
	{rule.Rule{
		ID: "version-containerd", Severity: rule.Error, Title: "containerd 1 instead of 2",
		Doc: "The generated configuration is for containerd 2 (config version 3). containerd 1 ignores its sections: it silently " +
			"continues with cgroupfs and the wrong pause image, and nodes become unstable under load. Kubernetes also ends its support " +
			"for containerd 1.7.",
		Fix: "Write a version of containerd 2, or leave it out.",
		Sources: []string{runtimeTable, "https://github.com/containerd/containerd/blob/main/docs/cri/config.md",
			"https://github.com/kubernetes-sigs/kubespray/issues/11963"},
	}, versionContainerd},
	{rule.Rule{
		ID: "version-containerd-untested", Severity: rule.Warning, Title: "containerd untested with this Kubernetes",
		Doc: "Each minor of Kubernetes is tested with certain releases of containerd. Older ones lack features that the kubelet uses, " +
			"and the combination is not tested upstream.",
		Fix:     "Leave `version` out, or write a tested release.",
		Sources: []string{runtimeTable},
	}, versionContainerdUntested},
	{rule.Rule{
		ID: "version-cni-untested", Severity: rule.Warning, Title: "Pod network untested with this Kubernetes",
		Doc: "The pod network's release is tested with certain Kubernetes minors. Its maintainers do not support others.",
		Fix: "Leave `version` out, or write a release that is tested with this minor.",
		Sources: []string{"https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements",
			"https://docs.cilium.io/en/stable/network/kubernetes/compatibility/"},
	}, versionCNIUntested},
	{rule.Rule{
		ID: "version-crio", Severity: rule.Error, Title: "CRI-O of another minor",
		Doc:     "CRI-O is released and tested with the Kubernetes minor of the same number; other combinations are not supported.",
		Fix:     "Write a CRI-O release with the same minor as Kubernetes, or leave it out.",
		Sources: []string{"https://github.com/cri-o/cri-o#compatibility-matrix-cri-o--kubernetes"},
	}, versionCrio},
	{rule.Rule{
		ID: "version-swap", Severity: rule.Warning, Title: "Swap on an old Kubernetes",
		Doc: "Node swap is generally available from 1.34 on. In older versions, a kubelet that tolerates swap lets pods swap without " +
			"limit or not at all, depending on feature gates, and memory requests mean little.",
		Fix: "Leave `fail_swap_on` out and turn swap off, or use 1.34 or newer.",
		Sources: []string{"https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/",
			"https://github.com/kubernetes/enhancements/issues/2400"},
	}, versionSwap},
	{rule.Rule{
		ID: "version-removed-flag", Severity: rule.Error, Title: "Removed flag", Permanent: true,
		Doc: "A component that gets an unknown flag prints its usage and exits: the kubelet never starts, or the static pod restarts " +
			"forever.",
		Fix: "Remove the flag; the finding names its replacement.",
		Sources: []string{"https://github.com/kubernetes/kubernetes/pull/133779", "https://github.com/kubernetes/kubernetes/pull/130162",
			"https://github.com/kubernetes/kubernetes/pull/138002"},
	}, versionRemovedFlag},
}

func versionUnknown(p *plan.Plan) []Finding {
	v := p.Cluster.Version
	oldest := plan.OldestPast()
	if p.Kubernetes().Known() || v.IsZero() || !ours(p) && !v.Before(oldest) || p.Described() {
		return nil
	}
	if v.Before(oldest) {
		return one(versionAt(p), "There is no data about Kubernetes %s: a cluster can be described from %s on, and generated from 1.31 "+
			"on. For a new cluster write %q.", v.MinorString(), oldest.MinorString(), p.Target.Facts.NewestVersion())
	}
	return one(versionAt(p), "There is no data about Kubernetes %s: the facts of %s end with %s. Update k8splan, "+
		"or give newer facts with --facts.", v.MinorString(), p.Target.Facts.Table.Date(), p.Target.Facts.Table.Newest().MinorString())
}

func versionUnsupported(p *plan.Plan) []Finding {
	if !p.Described() {
		return nil
	}
	unchecked := ""
	if hasFlags(p) {
		unchecked = fmt.Sprintf(" Flags, fields, and feature gates of %s are not checked: there is no data about them.",
			p.Cluster.Version.MinorString())
	}
	return one(versionAt(p), "Kubernetes %s has been out of support since %s. The design can be checked as the description of an "+
		"existing cluster, but not generated.%s Upgrade the cluster with the tool that built it, in these steps: %s. For a new "+
		"cluster write %q.",
		p.Cluster.Version, p.Kubernetes().SupportEnds(), unchecked, p.WayUpWords(), p.Target.Facts.NewestVersion())
}

// hasFlags reports whether the author writes flags, fields of configuration files or feature gates.
func hasFlags(p *plan.Plan) bool {
	return len(p.Cluster.FeatureGates) > 0 || p.Cluster.Kubelet.Config != nil || p.Network.KubeProxy.Config != nil ||
		slices.ContainsFunc(commandLines(p), func(c commandLine) bool { return len(c.args) > 0 })
}

func versionPatchUnknown(p *plan.Plan) []Finding {
	newest, ok := p.Kubernetes().NewestPatch()
	if !ok || !newest.Before(p.Cluster.Version) || p.Target.Facts.Hosting != plan.Hosts {
		return nil
	}
	return one(versionAt(p), "%s is newer than this program's data, which ends with %s (%s); facts of %s are assumed. Update k8splan, "+
		"or give newer facts with --facts.", p.Cluster.Version, newest, p.Target.Facts.Table.Date(), newest.MinorString())
}

func targetVersion(p *plan.Plan) []Finding {
	v, f := p.Cluster.Version, p.Target.Facts
	if v.IsZero() || f.Takes(v) || p.Described() {
		return nil
	}
	var limits []string
	switch {
	case f.Releases != nil:
		for _, r := range f.Releases {
			limits = append(limits, r.String())
		}
		limits = []string{sentence(limits)}
	default:
		if !f.Oldest.IsZero() {
			limits = append(limits, "from "+f.Oldest.MinorString())
		}
		if f.Newest.Patch != 0 {
			limits = append(limits, "up to "+f.Newest.String())
		} else if !f.Newest.IsZero() {
			limits = append(limits, "up to "+f.Newest.MinorString())
		}
		for _, last := range f.Patches {
			if last.MinorString() == v.MinorString() {
				limits = append(limits, "and of "+v.MinorString()+" up to "+last.String())
			}
		}
	}
	source := ""
	if f.VersionsFrom != "" {
		source = fmt.Sprintf(" (%s, read on %s)", f.VersionsFrom, f.VersionsOn)
	}
	at, instead := written(writtenArg(p.Cluster.Has("kubernetes_version"), versionAt(p)),
		p.Target.NameRange), "For a new cluster, leave it out. A cluster that already runs it cannot go back: use another target, "+
		"or wait until this one supports it."
	if next := f.Next(v); !next.IsZero() {
		instead = fmt.Sprintf("Write kubernetes_version = %q, or leave it out.", next)
	}
	return one(at, "Target %s supports Kubernetes %s%s, and the version is %s. %s", p.Target.Name, strings.Join(limits, " "),
		source, v, instead)
}

func versionKernel(p *plan.Plan) []Finding {
	return each(p.Nodes, kubelets(p, func(f plan.System) bool { return osBlocker(p, f) == "kernel" }), osAt,
		func(n *plan.Node, all []*plan.Node) string {
			f, _ := n.OS.Facts()
			floor, _, _ := p.Kubernetes().KernelFloor()
			return fmt.Sprintf("%s of %s has %s, and kubeadm %s rejects anything older than %s. Use %s.", f.Title, whose(all),
				f.KernelWords(),
				p.Cluster.Version.MinorString(), floor.MinorString(), f.Instead)
		})
}

func versionKernelUntested(p *plan.Plan) []Finding {
	floor, refuses, known := p.Kubernetes().KernelFloor()
	if !known || refuses {
		return nil
	}
	return each(p.Nodes, kubelets(p, func(f plan.System) bool {
		return f.Kernel.Before(floor) && osBlocker(p, f) == ""
	}), osAt, func(n *plan.Node, all []*plan.Node) string {
		f, _ := n.OS.Facts()
		return fmt.Sprintf("%s of %s has %s, and Kubernetes %s is tested with %s and newer. Use %s.", f.Title, whose(all),
			f.KernelWords(), p.Cluster.Version.MinorString(), floor.MinorString(), f.Instead)
	})
}

func versionCgroupV1(p *plan.Plan) []Finding {
	return each(p.Nodes, kubelets(p, func(f plan.System) bool { return osBlocker(p, f) == "cgroup" }), osAt,
		func(n *plan.Node, all []*plan.Node) string {
			f, _ := n.OS.Facts()
			return fmt.Sprintf("%s of %s boots with cgroup v1, with which the kubelet does not start from Kubernetes 1.35 on. Use "+
				"%s.",
				f.Title, whose(all), f.Instead)
		})
}

func versionNftablesKernel(p *plan.Plan) []Finding {
	return each(p.Nodes, kubelets(p, func(f plan.System) bool { return osBlocker(p, f) == "nftables" }), osAt,
		func(n *plan.Node, all []*plan.Node) string {
			f, _ := n.OS.Facts()
			return fmt.Sprintf("%s of %s has %s, and kube-proxy's nftables mode needs 5.13. Write kube_proxy { mode = \"iptables\" "+
				"} in network, or use a newer system.", f.Title, whose(all), f.KernelWords())
		})
}

func versionWireguardKernel(p *plan.Plan) []Finding {
	return each(p.Nodes, kubelets(p, func(f plan.System) bool { return osBlocker(p, f) == "wireguard" }), osAt,
		func(n *plan.Node, all []*plan.Node) string {
			f, _ := n.OS.Facts()
			return fmt.Sprintf("%s of %s has %s, and WireGuard needs 5.6. Write encapsulation = \"vxlan\" in cni, or use a newer "+
				"system.", f.Title, whose(all), f.KernelWords())
		})
}

func versionIPVSDeprecated(p *plan.Plan) []Finding {
	if k := p.Network.KubeProxy; k.Mode == "ipvs" && !p.Network.CNI.KubeProxyReplacement && p.Cluster.Version.IPVSDeprecated() {
		return one(k.Attr("mode"), "The ipvs mode has been deprecated since Kubernetes 1.35. Write \"nftables\", or leave it out.")
	}
	return nil
}

func versionContainerd(p *plan.Plan) []Finding {
	v, ok := parsed(p.Runtime.Version)
	if p.Runtime.Name != plan.Containerd || !p.Runtime.Has("version") || !ok || v.Major >= 2 {
		return nil
	}
	return one(p.Runtime.Attr("version"), "containerd %s does not read the generated configuration, which is for containerd 2. "+
		"Write %q, or leave version out.", v, p.Kubernetes().Containerd())
}

func versionContainerdUntested(p *plan.Plan) []Finding {
	v, ok := parsed(p.Runtime.Version)
	if p.Runtime.Name != plan.Containerd || !p.Runtime.Has("version") || !ok || v.Major < 2 {
		return nil
	}
	if takes, known := p.Kubernetes().TakesContainerd(v); takes || !known {
		return nil
	}
	var tested []string
	for _, t := range p.Kubernetes().ContainerdTested() {
		tested = append(tested, t.String())
	}
	return one(p.Runtime.Attr("version"), "Kubernetes %s is tested with containerd %s (or newer patches of these), not with %s. Write "+
		"%q, or leave version out.", p.Cluster.Version.MinorString(), sentence(tested), v, p.Kubernetes().Containerd())
}

func versionCNIUntested(p *plan.Plan) []Finding {
	first, last, inside, known := p.Kubernetes().CNITested(p.Network.CNI)
	if !known || inside || !cniHas(p, "version") {
		return nil
	}
	return one(p.Network.CNI.Attr("version"), "%s %s is tested with Kubernetes %s to %s, and the cluster is %s. Leave version out, "+
		"or write a release for %s.", p.Network.CNI.Name, p.Network.CNI.Version, first, last, p.Cluster.Version,
		p.Cluster.Version.MinorString())
}

func versionCrio(p *plan.Plan) []Finding {
	v, ok := parsed(p.Runtime.Version)
	if p.Runtime.Name != plan.CRIO || !p.Runtime.Has("version") || !ok || v.Minor == p.Cluster.Version.Minor {
		return nil
	}
	return one(p.Runtime.Attr("version"), "CRI-O %s belongs to Kubernetes %s, and the cluster is %s. Write %q, or leave version out.",
		v, v.MinorString(), p.Cluster.Version, p.Kubernetes().CRIO())
}

func versionSwap(p *plan.Plan) []Finding {
	if k := p.Cluster.Kubelet; k.Has("fail_swap_on") && !k.FailSwapOn && p.Kubernetes().Known() && p.Cluster.Version.Minor < 34 {
		return one(k.Attr("fail_swap_on"),
			"Kubernetes %s tolerates swap as a beta only; it is stable from 1.34 on. Turn swap off on the "+
				"hosts, or use a newer version.", p.Cluster.Version)
	}
	return nil
}

func versionRemovedFlag(p *plan.Plan) []Finding {
	var findings []Finding
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if instead, since := removedFlag(p, c, a.Name); since != "" {
				findings = append(findings,
					one(c.key(a.Name), "%s has no flag --%s from Kubernetes %s on, and exits if it is set. Remove it%s.", c.component,
						a.Name, since, instead)...)
			}
		}
	}
	return findings
}

// insteadOf says what replaced a kubelet flag.
var insteadOf = map[string]string{
	"cloud-config":              "; the cloud controller manager has it",
	"pod-infra-container-image": "; the runtime's configuration sets the pause image",
}

// removedFlags are flags with which a component exits, by the first minor without them.
var removedFlags = []struct {
	component, flag string
	minor           int
	instead         string
}{
	{"kubelet", "keep-terminated-pod-volumes", 31, ""},
	{"kubelet", "iptables-masquerade-bit", 28, ""},
	{"kubelet", "iptables-drop-bit", 28, ""},
	{"kubelet", "container-runtime", 27, "; only the remote runtime is left"},
	{"kubelet", "network-plugin", 24, "; the runtime reads /etc/cni/net.d itself"},
	{"kubelet", "cni-bin-dir", 24, "; the runtime's configuration has it"},
	{"kubelet", "cni-conf-dir", 24, "; the runtime's configuration has it"},
	{"kube-apiserver", "insecure-port", 24, ""},
	{"kube-apiserver", "insecure-bind-address", 24, ""},
	{"kube-apiserver", "cloud-provider", 33, "; the cloud controller manager has it"},
	{"kube-apiserver", "cloud-config", 33, "; the cloud controller manager has it"},
	{"kube-apiserver", "enable-pod-security-policy", 25, ""},
	{"kube-controller-manager", "port", 24, ""},
	{"kube-controller-manager", "address", 24, "; bind-address takes its place"},
	{"kube-controller-manager", "pod-eviction-timeout", 27, "; taints with tolerationSeconds decide"},
	{"kube-controller-manager", "enable-taint-manager", 27, ""},
	{"kube-controller-manager", "concurrent-service-syncs", 37, ""},
	{"kube-scheduler", "port", 24, ""},
	{"kube-scheduler", "address", 24, "; bind-address takes its place"},
	{"kube-scheduler", "policy-config-file", 23, "; use --config"},
	{"kube-scheduler", "algorithm-provider", 23, "; use --config"},
}

// commandLine is a component with the flags that the author added.
type commandLine struct {
	component string
	args      []plan.Arg
	source    *spec.Source
	argument  string
	nodes     []*plan.Node // if the flags are those of machines
}

// key is where a flag is written.
func (c commandLine) key(flag string) hcl.Range { return c.source.Key(c.argument, flag) }

// value is where a flag's value is written.
func (c commandLine) value(flag string) hcl.Range { return c.source.Value(c.argument, flag) }

// commandLines lists every place that adds flags to a Kubernetes component.
func commandLines(p *plan.Plan) []commandLine {
	c := &p.Cluster
	all := []commandLine{
		{"kube-apiserver", c.APIServer.ExtraArgs, c.APIServer.Source, "extra_args", nil},
		{"kube-controller-manager", c.ControllerManager.ExtraArgs, c.ControllerManager.Source, "extra_args", nil},
		{"kube-scheduler", c.Scheduler.ExtraArgs, c.Scheduler.Source, "extra_args", nil},
		{"kubelet", c.Kubelet.ExtraArgs, c.Kubelet.Source, "extra_args", nil},
	}
	for _, group := range plan.Grouped(p.Nodes, func(n *plan.Node) any { return fmt.Sprint(n.Block(), n.KubeletExtraArgs) }) {
		if n := group[0]; len(n.KubeletExtraArgs) > 0 && n.Roles&(plan.ControlPlane|plan.Worker) != 0 { // otherwise there is no kubelet
			all = append(all, commandLine{"kubelet", n.KubeletExtraArgs, n.Source, "kubelet_extra_args", group})
		}
	}
	return slices.DeleteFunc(all, func(c commandLine) bool { return len(c.args) == 0 })
}
