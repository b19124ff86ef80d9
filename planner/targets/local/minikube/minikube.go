// Package minikube writes a plan as the arguments of `minikube start`, one per line, for a static script that reads them.
//
// The package is internal to k8splan and makes no compatibility promise.
package minikube

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// haControlPlanes is how many control planes --ha creates. Source:
// https://github.com/kubernetes/minikube/blob/v1.38.1/cmd/minikube/cmd/start.go
const haControlPlanes = 3

// podRange is the range that the manifests of minikube's pod networks assume. Source:
// https://github.com/kubernetes/minikube/blob/v1.38.1/pkg/minikube/cni/cni.go, DefaultPodCIDR
var podRange = netip.MustParsePrefix("10.244.0.0/16")

// body holds the block's arguments.
type body struct {
	*spec.Source
	Driver *string
	Addons []string
}

func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "minikube, on one machine.",
		Arguments: []spec.Argument{
			{Name: "driver", Type: spec.Text, Field: "Driver", Example: `"docker"`,
				Doc: "Driver of the nodes: containers or virtual machines.",
				Enum: []string{"docker", "podman", "kvm2", "qemu2", "virtualbox", "vmware", "hyperv", "hyperkit", "parallels", "vfkit",
					"krunkit", "none"}},
			{Name: "addons", Type: spec.TextList, Field: "Addons", Example: `["metrics-server"]`, Doc: "minikube addons to enable."},
		},
	}
}

var addonPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*body, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, nil)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	for _, a := range b.Addons {
		if !addonPattern.MatchString(a) {
			say(badAddon, b.Attr("addons"), "%q is not the name of an addon. Write a name from `minikube addons list`.", a)
		}
	}
	nodes, controlPlanes := p.KubeletNodes(), p.ControlPlanes()
	if b.Driver != nil && *b.Driver == "none" && len(nodes) > 1 {
		say(oneNode, b.Attr("driver"),
			"With the driver none, the machine itself is the only node, but the file defines %d. "+
				"Write another driver, or type = \"all-in-one\".", len(nodes))
	}
	if p.Cluster.Type == topologies.MultiEtcdMultiMaster && len(controlPlanes) != haControlPlanes && len(controlPlanes) > 0 {
		at := controlPlanes[0].Attr("count")
		if !controlPlanes[0].Has("count") {
			at = controlPlanes[len(controlPlanes)-1].Attr("roles")
		}
		say(three, at, "minikube start --ha creates exactly %d control planes, but the file defines %d. Define %d; `minikube node add "+
			"--control-plane` adds more to a running cluster.", haControlPlanes, len(controlPlanes), haControlPlanes)
	}
	for _, n := range nodes {
		if n.Roles.Has(plan.ControlPlane) && !n.Roles.Has(plan.Worker) {
			say(untainted, n.Attr("roles"), "minikube sets no taint on its control planes, so ordinary pods run on %q too. Write roles = "+
				"[\"control-plane\", \"worker\"].", n.Name)
		}
		if n.CPUs != nodes[0].CPUs || n.MemoryBytes != nodes[0].MemoryBytes || n.DiskBytes != nodes[0].DiskBytes {
			say(sizes, n.NameRange, "Node %q differs from %q in cpus, memory, or disk. minikube creates all nodes with the same size. "+
				"Write one size.", n.Name,
				nodes[0].Name)
		}
		if len(n.KubeletExtraArgs) > 0 {
			say(badArgs, n.Attr("kubelet_extra_args"),
				"minikube passes the same flags to every kubelet. Write them in kubelet { extra_args } of cluster.")
		}
	}
	if c := p.Network.CNI; c.Name == plan.StaticRoutes {
		say(pods, c.Block(), "minikube does not support static routes. Leave the block out for its default, or write cni \"flannel\", "+
			"\"calico\", or \"cilium\".")
	}
	if n := &p.Network; n.DualStack() || n.PodSubnets[0] != podRange {
		say(pods, n.Attr("pod_subnets"), "The manifests of minikube's pod networks use the range %s. Write this range, or leave "+
			"pod_subnets out.",
			podRange)
	}
	for _, r := range p.Runtime.Registries {
		if len(r.Mirrors) > 0 || r.CAFile != "" {
			say(registry, r.Block(), "minikube supports only insecure registries, and no other registry settings. Remove this block. Put "+
				"a CA certificate into ~/.minikube/certs, and write image_repository for a mirror.")
		}
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &b, r.Diags
}

// emit writes minikube/.
func emit(p *plan.Plan, b *body) ([]artifact.File, error) {
	var names, labels, taints strings.Builder
	for i, n := range inOrder(p) {
		name := p.Cluster.Name // minikube's naming of nodes
		if i > 0 {
			name = fmt.Sprintf("%s-m%02d", p.Cluster.Name, i+1)
		}
		fmt.Fprintf(&names, "%s %s\n", name, n.Name)
		all := components.KubeletLabels(n)
		maps.Copy(all, components.APILabels(n))
		for _, k := range slices.Sorted(maps.Keys(all)) {
			fmt.Fprintf(&labels, "%s %s=%s\n", name, k, all[k])
		}
		for _, t := range n.Taints {
			fmt.Fprintf(&taints, "%s %s=%s:%s\n", name, t.Key, t.Value, t.Effect)
		}
	}
	files := []artifact.File{
		{Path: "minikube/profile.txt", Data: []byte(p.Cluster.Name + "\n")},
		{Path: "minikube/arguments.txt", Data: []byte(strings.Join(arguments(p, b), "\n") + "\n")},
		{Path: "minikube/nodes.txt", Data: []byte(names.String())},
		{Path: "minikube/labels.txt", Data: []byte(labels.String())},
		{Path: "minikube/taints.txt", Data: []byte(taints.String())},
	}
	readme, err := templates.Files.ReadFile("targets/local/minikube/README.md")
	if err != nil {
		return nil, err
	}
	script, err := templates.Files.ReadFile("targets/local/minikube/start.sh")
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: "minikube/README.md", Data: readme}, artifact.File{Path: "minikube/start.sh", Mode: 0o755,
		Data: script}), nil
}

// inOrder returns the control planes first, as minikube numbers its nodes.
func inOrder(p *plan.Plan) []*plan.Node {
	nodes := slices.Clone(p.KubeletNodes())
	slices.SortStableFunc(nodes, func(a, b *plan.Node) int {
		rank := func(n *plan.Node) int {
			switch {
			case n.Bootstrap:
				return 0
			case n.Roles.Has(plan.ControlPlane):
				return 1
			}
			return 2
		}
		return rank(a) - rank(b)
	})
	return nodes
}

// arguments returns the arguments of minikube start, except for the profile. Names as in https://minikube.sigs.k8s.io/docs/commands/start/
func arguments(p *plan.Plan, b *body) []string {
	var c commandLine
	c.machines(p, b)
	c.cluster(p, b)
	c.components(p)
	return c
}

// commandLine collects arguments.
type commandLine []string

func (c *commandLine) add(flag, value string) { *c = append(*c, "--"+flag+"="+value) }

// extra adds an argument for a component that minikube starts.
func (c *commandLine) extra(component, flag, value string) {
	c.add("extra-config", component+"."+flag+"="+value)
}

func (c *commandLine) machines(p *plan.Plan, b *body) {
	nodes := p.KubeletNodes()
	c.add("kubernetes-version", "v"+p.Cluster.Version.String())
	driver := "docker"
	if b.Driver != nil {
		driver = *b.Driver
	}
	c.add("driver", driver)
	if len(nodes) > 1 {
		c.add("nodes", strconv.Itoa(len(nodes)))
	}
	if len(p.ControlPlanes()) > 1 {
		c.add("ha", "true")
	}
	c.add("container-runtime", map[string]string{plan.Containerd: "containerd", plan.CRIO: "cri-o", plan.Docker: "docker"}[p.Runtime.Name])
	if cni := &p.Network.CNI; cni.Written {
		name := cni.Name
		if cni.Foreign() {
			name = "false"
		}
		c.add("cni", name)
	}
	if first := nodes[0]; driver != "none" {
		if first.CPUs != 0 {
			c.add("cpus", strconv.Itoa(first.CPUs))
		}
		if first.MemoryBytes != 0 {
			c.add("memory", strconv.FormatInt(first.MemoryBytes>>20, 10)+"m")
		}
		if first.DiskBytes != 0 {
			c.add("disk-size", strconv.FormatInt(first.DiskBytes>>20, 10)+"m")
		}
	}
}

func (c *commandLine) cluster(p *plan.Plan, b *body) {
	c.add("apiserver-port", strconv.Itoa(p.Cluster.APIServerPort))
	var names, ips []string
	for _, san := range p.Cluster.CertSANs {
		if _, err := netip.ParseAddr(san); err == nil {
			ips = append(ips, san)
		} else {
			names = append(names, san)
		}
	}
	if names != nil {
		c.add("apiserver-names", strings.Join(names, ","))
	}
	if ips != nil {
		c.add("apiserver-ips", strings.Join(ips, ","))
	}
	c.add("service-cluster-ip-range", p.Network.ServiceSubnets[0].String())
	c.add("dns-domain", p.Network.DNSDomain)
	if repo := p.Artifacts.ImageRepository; repo != "" {
		c.add("image-repository", repo)
	}
	for _, r := range p.Runtime.Registries {
		if r.PlainHTTP || r.SkipVerify {
			c.add("insecure-registry", r.Host)
		}
	}
	if len(p.Cluster.FeatureGates) > 0 {
		var gates []string
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			gates = append(gates, fmt.Sprintf("%s=%t", name, p.Cluster.FeatureGates[name]))
		}
		c.add("feature-gates", strings.Join(gates, ","))
	}
	if len(b.Addons) > 0 {
		c.add("addons", strings.Join(b.Addons, ","))
	}
}

func (c *commandLine) components(p *plan.Plan) {
	n := &p.Network
	c.extra("kubeadm", "pod-network-cidr", n.PodSubnets[0].String())
	if n.KubeProxy.Mode != plan.ProxyNone {
		c.extra("kube-proxy", "mode", n.KubeProxy.Mode)
	} else {
		c.extra("kubeadm", "skip-phases", "addon/kube-proxy")
	}
	if n.Has("node_port_range") {
		c.extra("apiserver", "service-node-port-range", fmt.Sprintf("%d-%d", n.NodePorts.First, n.NodePorts.Last))
	}
	if n.Has("node_cidr_mask_size") {
		c.extra("controller-manager", "node-cidr-mask-size", strconv.Itoa(n.NodeCIDRMaskSize))
	}
	if k := &p.Cluster.Kubelet; k.Has("max_pods") {
		c.extra("kubelet", "max-pods", strconv.Itoa(k.MaxPods))
	}
	for _, v := range []struct {
		name, flag string
		value      int64
	}{{"quota", "quota-backend-bytes", p.Etcd.QuotaBytes}, {"heartbeat_interval", "heartbeat-interval",
		p.Etcd.HeartbeatInterval.Milliseconds()}, {"election_timeout", "election-timeout", p.Etcd.ElectionTimeout.Milliseconds()}} {
		if p.Etcd.Has(v.name) {
			c.extra("etcd", v.flag, strconv.FormatInt(v.value, 10))
		}
	}
	for _, of := range []struct {
		name string
		args []plan.Arg
	}{{"apiserver", p.Cluster.APIServer.ExtraArgs}, {"controller-manager", p.Cluster.ControllerManager.ExtraArgs},
		{"scheduler", p.Cluster.Scheduler.ExtraArgs}, {"etcd", p.Etcd.ExtraArgs}, {"kubelet", p.Cluster.Kubelet.ExtraArgs}} {
		for _, a := range of.args {
			c.extra(of.name, a.Name, a.Value)
		}
	}
}

// rules returns the target's rules.
func rules() []*rule.Rule {
	return []*rule.Rule{badAddon, oneNode, three, untainted, sizes, badArgs, pods, registry}
}

const docs = "https://minikube.sigs.k8s.io/docs/"

var (
	badAddon = &rule.Rule{
		ID: "minikube-addon", Title: "Malformed name of an addon", Permanent: true,
		Doc: "minikube fails on an unknown addon.", Fix: "Write a name from `minikube addons list`.",
		Sources: []string{docs + "commands/addons/"},
	}
	oneNode = &rule.Rule{
		ID: "minikube-driver-none", Title: "Several nodes with the driver none", Permanent: true,
		Doc: "With the driver none the machine itself is the node.", Fix: "Write a driver that creates nodes.",
		Sources: []string{docs + "drivers/none/"},
	}
	three = &rule.Rule{
		ID: "minikube-control-planes", Title: "Number of control planes not supported by minikube", Permanent: true,
		Doc: "minikube has one control plane, or three with --ha.", Fix: "Define three control planes.",
		Sources: []string{docs + "tutorials/multi_control_plane_ha_clusters/"},
	}
	untainted = &rule.Rule{
		ID: "minikube-taint", Severity: rule.Warning, Title: "Control plane that runs ordinary pods",
		Doc: "minikube's control planes have no taint, but in the plan they do.",
		Fix: "Also give control planes the role worker.", Sources: []string{docs + "tutorials/multi_control_plane_ha_clusters/"},
	}
	sizes = &rule.Rule{
		ID: "minikube-sizes", Title: "Nodes of several sizes", Permanent: true,
		Doc: "minikube start has one --cpus, --memory, and --disk-size for all nodes.", Fix: "Write the same for all nodes, or nothing.",
		Sources: []string{docs + "commands/start/"},
	}
	badArgs = &rule.Rule{
		ID: "minikube-args", Title: "Flags for single minikube nodes", Permanent: true,
		Doc: "minikube's --extra-config applies to a component on all nodes.", Fix: "Write the flags in the kubelet block of cluster.",
		Sources: []string{docs + "commands/start/"},
	}
	pods = &rule.Rule{
		ID: "minikube-pods", Title: "Pod network that minikube does not install", Permanent: true,
		Doc: "minikube installs pod networks from its own manifests, with one pod range.",
		Fix: "Leave the pods' range and the pod network to minikube.", Sources: []string{docs + "handbook/network_policy/"},
	}
	registry = &rule.Rule{
		ID: "minikube-registry", Title: "Registry setting not supported by minikube", Permanent: true,
		Doc: "minikube start supports insecure registries, and one repository for Kubernetes' own images.", Fix: "Remove the block.",
		Sources: []string{docs + "handbook/registry/"},
	}
)
