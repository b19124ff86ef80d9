// Package kind writes a plan as a kind configuration, whose nodes are containers on one machine: kind/cluster.yaml, the plan node of each
// container in kind/nodes.txt, and the pod network if it is not kind's default.
//
// The package is internal to k8splan and makes no compatibility promise.
package kind

import (
	"fmt"
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
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/templates"
)

// images are the node images that the kind release was built with, by Kubernetes version. kind only promises to run these, so they are
// pinned by digest. plan.Targets lists the same versions. Source: https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0
func images() map[plan.Version]string {
	return map[plan.Version]string{
		{Major: 1, Minor: 37, Patch: 0}:  "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5",
		{Major: 1, Minor: 36, Patch: 4}:  "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed",
		{Major: 1, Minor: 35, Patch: 8}:  "kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0",
		{Major: 1, Minor: 34, Patch: 11}: "kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d",
	}
}

// Image returns the node image of a Kubernetes version, "" if kind has none.
func Image(v plan.Version) string { return images()[v] }

// longest is the maximum length of a cluster's name, so that its containers' names are host names: 63 less "-control-plane" and a number,
// which names have from the second on.
const longest = 63 - len("-control-plane") - 2

// body holds the block's arguments.
type body struct {
	*spec.Source
	Image            *string
	APIServerAddress *string
	APIServerPort    *int
	PortMappings     []*portMapping
	Mounts           []*mount
}

type portMapping struct {
	*spec.Source
	Node          *string
	ContainerPort int
	HostPort      int
	ListenAddress *string
	Protocol      *string
}

type mount struct {
	*spec.Source
	Node          string
	HostPath      string
	ContainerPath string
	ReadOnly      *bool
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "kind, on a machine with Docker or Podman.",
		Arguments: []spec.Argument{
			{Name: "image", Type: spec.Text, Field: "Image", Example: `"registry.example.com/kindest/node:v1.37.0"`,
				Doc: "Node image, such as one from a mirror. Default: that of kind's release."},
			{Name: "api_server_address", Type: spec.Text, Field: "APIServerAddress", Example: `"127.0.0.1"`,
				Doc: "Address of this computer for the API."},
			{Name: "api_server_port", Type: spec.Integer, Field: "APIServerPort", Example: `6443`,
				Doc: "Port of this computer for the API."},
		},
		Blocks: []spec.Block{
			{
				Name: "port_mapping", Many: true, Field: "PortMappings", Doc: "A node's port, published on a port of the machine.",
				Example: "port_mapping {\n  node           = \"dev-1\"\n  container_port = 80\n  host_port      = 8080\n}",
				Arguments: []spec.Argument{
					{Name: "node", Type: spec.Text, Field: "Node", Example: `"dev-1"`,
						Doc: "Name of the node. Default: the first control plane."},
					{Name: "container_port", Type: spec.Integer, Required: true, Field: "ContainerPort", Example: `80`,
						Doc: "Port of the node."},
					{Name: "host_port", Type: spec.Integer, Required: true, Field: "HostPort", Example: `8080`,
						Doc: "Port of the machine."},
					{Name: "listen_address", Type: spec.Text, Field: "ListenAddress", Example: `"127.0.0.1"`,
						Doc: "Address of this computer. Default: all."},
					{Name: "protocol", Type: spec.Text, Field: "Protocol", Enum: []string{"TCP", "UDP", "SCTP"}, Example: `"TCP"`,
						Doc: "Protocol."},
				},
			},
			{
				Name: "mount", Many: true, Field: "Mounts", Doc: "A directory of the machine, mounted in a node.",
				Example: "mount {\n  node           = \"dev-1\"\n  host_path      = \"/srv/data\"\n  container_path = \"/data\"\n}",
				Arguments: []spec.Argument{
					{Name: "node", Type: spec.Text, Required: true, Field: "Node", Example: `"dev-1"`, Doc: "Name of the node."},
					{Name: "host_path", Type: spec.Text, Required: true, Field: "HostPath", Example: `"/srv/data"`,
						Doc: "Directory of the machine."},
					{Name: "container_path", Type: spec.Text, Required: true, Field: "ContainerPath", Example: `"/data"`,
						Doc: "Directory of the node."},
					{Name: "read_only", Type: spec.Bool, Field: "ReadOnly", Example: `true`, Doc: "Whether the node mounts it read-only."},
				},
			},
		},
	}
}

var imagePattern = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9._:/@-]*$`)

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*body, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, malformed)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	if b.Image != nil && !imagePattern.MatchString(*b.Image) {
		say(malformed, b.Attr("image"), "image is %q, which is not an image. Write its registry, name, and tag, preferably with the "+
			"digest: \"registry.example.com/kindest/node:v1.37.0\".", *b.Image)
	}
	if b.APIServerAddress != nil && !isAddress(*b.APIServerAddress) {
		say(malformed, b.Attr("api_server_address"), "%q is not an IP address. Write one of the machine's, such as \"127.0.0.1\".",
			*b.APIServerAddress)
	}
	if b.APIServerPort != nil && !isPort(*b.APIServerPort) {
		say(malformed, b.Attr("api_server_port"), "api_server_port is %d. Write a port from 1 to 65535.", *b.APIServerPort)
	}
	taken := map[string]int{}
	for _, m := range b.PortMappings {
		if m.Node != nil {
			checkNode(p, m.Source, *m.Node, say)
		}
		if !isPort(m.ContainerPort) || !isPort(m.HostPort) {
			say(malformed, m.Block(), "The mapping is from port %d to %d. Write ports from 1 to 65535.", m.HostPort, m.ContainerPort)
		}
		if m.ListenAddress != nil && !isAddress(*m.ListenAddress) {
			say(malformed, m.Attr("listen_address"), "%q is not an IP address. Write one of the machine's, such as \"127.0.0.1\".",
				*m.ListenAddress)
		}
		key := fmt.Sprint(m.HostPort, value(m.Protocol, "TCP"))
		if line, ok := taken[key]; ok {
			say(portTaken, m.Attr("host_port"), "Port %d of the machine is already mapped on line %d. Write another host_port.",
				m.HostPort, line)
			continue
		}
		taken[key] = m.Block().Start.Line
	}
	for _, m := range b.Mounts {
		checkNode(p, m.Source, m.Node, say)
		for name, path := range map[string]string{"host_path": m.HostPath, "container_path": m.ContainerPath} {
			if !strings.HasPrefix(path, "/") {
				say(malformed, m.Attr(name), "%s is %q. Write an absolute path, such as \"/srv/data\".", name, path)
			}
		}
	}
	if len(p.Cluster.Name) > longest {
		say(longName, p.Cluster.NameRange, "The cluster's name has %d characters. kind derives its containers' host names from it, so at "+
			"most %d characters are possible. Shorten it.", len(p.Cluster.Name), longest)
	}
	if c := p.Network.CNI; c.Name == plan.Flannel || c.Name == plan.StaticRoutes {
		say(noPlugin, c.Block(), "kind's node image has no bridge plugin, so %s cannot run on it. Leave the block out for kindnet, "+
			"or write cni \"calico\" or cni \"cilium\".", c.Name)
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &b, r.Diags
}

func checkNode(p *plan.Plan, at *spec.Source, name string, say func(*rule.Rule, hcl.Range, string, ...any)) {
	for _, n := range p.KubeletNodes() {
		if n.Name == name {
			return
		}
	}
	say(malformed, at.Attr("node"), "node is %q, but no control plane or worker has that name. Write the name of one.", name)
}

func isAddress(s string) bool { _, err := netip.ParseAddr(s); return err == nil }

func isPort(n int) bool { return n > 0 && n <= 65535 }

// value returns what a pointer points to, or a default for nil.
func value[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// emit writes kind/.
func emit(p *plan.Plan, opts *body, by target.Upstream) ([]artifact.File, error) {
	cluster, names, err := build(p, opts)
	if err != nil {
		return nil, err
	}
	data, err := artifact.YAML(cluster)
	if err != nil {
		return nil, err
	}
	readme, err := templates.Files.ReadFile("targets/local/kind/README.md")
	if err != nil {
		return nil, err
	}
	files := []artifact.File{{Path: "kind/cluster.yaml", Data: data}, {Path: "kind/nodes.txt", Data: names},
		{Path: "kind/README.md", Data: readme}}
	if p.Network.CNI.Foreign() {
		return files, nil
	}
	network, err := by.Network(p)
	for _, f := range network { // relative to the target's folder, where its page is followed
		f.Path = "kind/" + f.Path
		files = append(files, f)
	}
	return files, err
}

// Configuration returns the cluster.yaml of a plan whose target has no kind block: with kind's default pod network and images.
func Configuration(p *plan.Plan) ([]byte, error) {
	cluster, _, err := build(p, &body{})
	if err != nil {
		return nil, err
	}
	return artifact.YAML(cluster)
}

// build returns the configuration, and a line for each container: its name and the plan's node.
func build(p *plan.Plan, b *body) (*Cluster, []byte, error) {
	n := &p.Network
	c := &Cluster{
		Kind: "Cluster", APIVersion: "kind.x-k8s.io/v1alpha4", Name: p.Cluster.Name, FeatureGates: p.Cluster.FeatureGates,
		Networking: Networking{
			IPFamily: family(n), APIServerPort: value(b.APIServerPort, 0), APIServerAddress: value(b.APIServerAddress, ""),
			PodSubnet: strings.Join(plan.Texts(n.PodSubnets), ","), ServiceSubnet: strings.Join(plan.Texts(n.ServiceSubnets), ","),
			KubeProxyMode: n.KubeProxy.Mode,
			// kindnet, unless the user set another pod network, or none.
			DisableDefaultCNI: p.Network.CNI.Written,
		},
	}
	image := value(b.Image, Image(p.Cluster.Version))
	var err error
	if c.KubeadmConfigPatches, err = patches(clusterPatches(p)...); err != nil {
		return nil, nil, err
	}
	var names strings.Builder
	count := map[string]int{}
	for _, node := range inOrder(p) {
		role, kind := "worker", "JoinConfiguration"
		if node.Roles.Has(plan.ControlPlane) {
			role = "control-plane"
		}
		if node.Bootstrap {
			kind = "InitConfiguration"
		}
		out := Node{Role: role, Image: image, Labels: components.KubeletLabels(node)}
		for k, v := range components.APILabels(node) { // kind sets labels itself, with administrator rights
			out.Labels[k] = v
		}
		var r registration
		if len(node.KubeletExtraArgs) > 0 {
			r.KubeletExtraArgs = args(node.KubeletExtraArgs)
		}
		if taints := taintsOf(p, node); taints != nil {
			r.Taints = taints
		}
		if r.KubeletExtraArgs != nil || r.Taints != nil {
			if out.KubeadmConfigPatches, err = patches(registrationPatch{kind, r}); err != nil {
				return nil, nil, err
			}
		}
		for _, m := range b.PortMappings {
			if value(m.Node, p.Bootstrap().Name) == node.Name {
				out.ExtraPortMappings = append(out.ExtraPortMappings, PortMapping{m.ContainerPort, m.HostPort, value(m.ListenAddress, ""),
					value(m.Protocol, "")})
			}
		}
		for _, m := range b.Mounts {
			if m.Node == node.Name {
				out.ExtraMounts = append(out.ExtraMounts, Mount{m.ContainerPath, m.HostPath, value(m.ReadOnly, false)})
			}
		}
		c.Nodes = append(c.Nodes, out)
		count[role]++
		number := "" // kind's numbering
		if count[role] > 1 {
			number = strconv.Itoa(count[role])
		}
		fmt.Fprintf(&names, "%s-%s%s %s\n", p.Cluster.Name, role, number, node.Name)
	}
	return c, []byte(names.String()), nil
}

// inOrder returns the control planes, beginning with the one that runs kubeadm init, as kind does, and then the workers.
func inOrder(p *plan.Plan) []*plan.Node {
	nodes := slices.Clone(p.KubeletNodes())
	rank := func(n *plan.Node) int {
		switch {
		case n.Bootstrap:
			return 0
		case n.Roles.Has(plan.ControlPlane):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(nodes, func(a, b *plan.Node) int { return rank(a) - rank(b) })
	return nodes
}

// clusterPatches returns the plan's component settings for which kind has no field.
func clusterPatches(p *plan.Plan) []any {
	api, manager := args(p.Cluster.APIServer.ExtraArgs), args(p.Cluster.ControllerManager.ExtraArgs)
	if p.Network.Has("node_port_range") {
		api["service-node-port-range"] = fmt.Sprintf("%d-%d", p.Network.NodePorts.First, p.Network.NodePorts.Last)
	}
	if p.Network.Has("node_cidr_mask_size") || p.Network.Has("node_cidr_mask_size_v6") {
		four, six := "node-cidr-mask-size", "node-cidr-mask-size"
		if p.Network.DualStack() {
			four, six = "node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6"
		}
		for _, s := range p.Network.PodSubnets {
			if s.Addr().Is4() {
				manager[four] = strconv.Itoa(p.Network.NodeCIDRMaskSize)
			} else {
				manager[six] = strconv.Itoa(p.Network.NodeCIDRMaskSizeV6)
			}
		}
	}
	patch := clusterPatch{
		Kind: "ClusterConfiguration", APIServer: of(api, p.Cluster.CertSANs), ControllerManager: of(manager, nil),
		Scheduler: of(args(p.Cluster.Scheduler.ExtraArgs), nil),
	}
	members := args(p.Etcd.ExtraArgs)
	for name, v := range map[string]struct {
		flag  string
		value int64
	}{
		"quota":              {"quota-backend-bytes", p.Etcd.QuotaBytes},
		"heartbeat_interval": {"heartbeat-interval", p.Etcd.HeartbeatInterval.Milliseconds()},
		"election_timeout":   {"election-timeout", p.Etcd.ElectionTimeout.Milliseconds()},
	} {
		if p.Etcd.Has(name) {
			members[v.flag] = strconv.FormatInt(v.value, 10)
		}
	}
	if local := of(members, nil); local != nil {
		patch.Etcd = &etcd{*local}
	}
	if p.Network.DNSDomain != "cluster.local" {
		patch.Networking = &networking{p.Network.DNSDomain}
	}
	var out []any
	if patch != (clusterPatch{Kind: patch.Kind}) {
		out = append(out, patch)
	}
	if k := p.Cluster.Kubelet; k.Has("max_pods") {
		out = append(out, kubeletPatch{"KubeletConfiguration", k.MaxPods})
	}
	if flags := args(p.Cluster.Kubelet.ExtraArgs); len(flags) > 0 {
		for _, kind := range []string{"InitConfiguration", "JoinConfiguration"} {
			out = append(out, registrationPatch{kind, registration{KubeletExtraArgs: flags}})
		}
	}
	return out
}

func of(flags map[string]string, sans []string) *component {
	if len(flags) == 0 && len(sans) == 0 {
		return nil
	}
	return &component{CertSANs: sans, ExtraArgs: flags}
}

func args(list []plan.Arg) map[string]string {
	m := map[string]string{}
	for _, a := range list {
		m[a.Name] = a.Value
	}
	return m
}

// taintsOf returns the taints to register with, nil if kubeadm's defaults are right: the control plane's, which kind removes from a lone
// node.
func taintsOf(p *plan.Plan, n *plan.Node) *[]taint {
	both := n.Roles.Has(plan.ControlPlane) && n.Roles.Has(plan.Worker)
	if len(n.Taints) == 0 && (!both || len(p.KubeletNodes()) == 1) {
		return nil
	}
	out := []taint{}
	for _, t := range n.EffectiveTaints() {
		out = append(out, taint{t.Key, t.Value, t.Effect})
	}
	return &out
}

func patches(docs ...any) ([]string, error) {
	var out []string
	for _, doc := range docs {
		data, err := artifact.YAML(doc)
		if err != nil {
			return nil, err
		}
		out = append(out, string(data))
	}
	return out, nil
}

func family(n *plan.Network) string {
	switch {
	case n.DualStack():
		return "dual"
	case n.PodSubnets[0].Addr().Is6():
		return "ipv6"
	}
	return "ipv4"
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{malformed, portTaken, longName, noPlugin} }

var (
	malformed = &rule.Rule{
		ID: "kind-argument", Title: "Malformed kind target", Permanent: true,
		Doc:     "kind would report a mistake in this block only after some containers run.",
		Fix:     "Write addresses, ports from 1 to 65535, absolute paths, and names of nodes that the file defines.",
		Sources: []string{"https://kind.sigs.k8s.io/docs/user/configuration/"},
	}
	portTaken = &rule.Rule{
		ID: "kind-port", Title: "Duplicate host port", Permanent: true,
		Doc:     "A port of the machine can be mapped to one container only. The second container does not start.",
		Fix:     "Give each mapping its own host_port.",
		Sources: []string{"https://kind.sigs.k8s.io/docs/user/configuration/#extra-port-mappings"},
	}
	longName = &rule.Rule{
		ID: "kind-name", Title: "Cluster name too long for kind", Permanent: true,
		Doc:     "The containers are named after the cluster, and a host name has at most 63 characters.",
		Fix:     "Shorten the name of the cluster.",
		Sources: []string{"https://github.com/kubernetes-sigs/kind/blob/v0.33.0/pkg/cluster/internal/create/create.go"},
	}
	noPlugin = &rule.Rule{
		ID: "kind-cni", Title: "Pod network that kind's nodes cannot run", Permanent: true,
		Doc: "flannel and static routes attach pods with the bridge plugin. kind's node image does not have it: pods would stay in " +
			"ContainerCreating.",
		Fix:     "Leave the cni block out for kindnet, or write calico or cilium.",
		Sources: []string{"https://github.com/kubernetes-sigs/kind/issues/1340", "https://github.com/kubernetes-sigs/kind/pull/3015"},
	}
)
