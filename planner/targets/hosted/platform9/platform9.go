// Package platform9 writes a plan as a script for Platform9's pf9ctl, which creates a cluster on existing machines under Platform9's
// management plane.
//
// The package is internal to k8splan and makes no compatibility promise.
package platform9

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/targets/hosted"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	Version     *string
	VirtualIP   *string
	VirtualCard *string
	MetalLB     *string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Platform9 Managed Kubernetes.",
		Arguments: []spec.Argument{
			{Name: "pmk_version", Type: spec.Text, Field: "Version", Example: `"1.32.4-pmk.58"`,
				Doc: "Platform9 release that your account offers. Default: PMK_VERSION in the script's environment."},
			{Name: "virtual_ip", Type: spec.Text, Field: "VirtualIP", Example: `"10.0.0.10"`,
				Doc: "Address that the control planes share."},
			{Name: "virtual_interface", Type: spec.Text, Field: "VirtualCard", Example: `"eth0"`,
				Doc: "Network interface of the control planes that has the virtual IP."},
			{Name: "metallb_range", Type: spec.Text, Field: "MetalLB", Example: `"10.0.0.200-10.0.0.220"`,
				Doc: "Addresses for Services of type LoadBalancer."},
		},
	}
}

var (
	versionPattern = regexp.MustCompile(`^(1\.[0-9]+)\.[0-9]+-pmk\.[0-9]+$`)
	rangePattern   = regexp.MustCompile(`^[0-9]+(\.[0-9]+){3}-[0-9]+(\.[0-9]+){3}$`)
	cardPattern    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
)

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*body, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, malformed)
	if !ok {
		return nil, r.Diags
	}
	if b.Source == nil {
		b.Source = p.Target.Source
	}
	say := r.Say
	switch {
	case b.Version == nil:
	case !versionPattern.MatchString(*b.Version):
		say(malformed, b.Attr("pmk_version"), "pmk_version is %q. Write it as Platform9 does, such as \"1.32.4-pmk.58\".", *b.Version)
	case versionPattern.FindStringSubmatch(*b.Version)[1] != p.Cluster.Version.MinorString():
		say(malformed, b.Attr("pmk_version"), "pmk_version is %s, but kubernetes_version is %s. Write two versions of the same minor.",
			*b.Version,
			p.Cluster.Version)
	}
	if b.Version == nil && !p.Cluster.Has("kubernetes_version") {
		say(unstated, p.Cluster.Attr("type"), "kubernetes_version is not set, so this design uses %s. Platform9 has its own releases, "+
			"usually of an older minor, and create.sh stops if PMK_VERSION has another minor. Write kubernetes_version, and the "+
			"pmk_version that your account lists for new clusters.", p.Cluster.Version)
	}
	if b.VirtualCard != nil && !cardPattern.MatchString(*b.VirtualCard) {
		say(malformed, b.Attr("virtual_interface"), "virtual_interface is %q. Write the name of a network card, such as \"eth0\".",
			*b.VirtualCard)
	}
	if b.MetalLB != nil && !rangePattern.MatchString(*b.MetalLB) {
		say(malformed, b.Attr("metallb_range"), "metallb_range is %q. Write the first and the last address: \"10.0.0.200-10.0.0.220\".",
			*b.MetalLB)
	}
	switch {
	case b.VirtualIP == nil && b.VirtualCard == nil && p.Cluster.Type != topologies.MultiEtcdMultiMaster:
	case b.VirtualIP == nil || b.VirtualCard == nil:
		say(virtual, b.Block(), "The control planes share an address on a network card, which moves between them. Write both: virtual_ip "+
			"= \"10.0.0.10\" and virtual_interface = \"eth0\".")
	default:
		a, err := netip.ParseAddr(*b.VirtualIP)
		if err != nil || !a.Is4() {
			say(malformed, b.Attr("virtual_ip"), "virtual_ip is %q, which is not an IPv4 address. Write one such as \"10.0.0.10\".",
				*b.VirtualIP)
		}
		for _, n := range p.Nodes {
			if n.Address == a && a.IsValid() {
				say(virtual, b.Attr("virtual_ip"), "%s is already the address of node %q. Use an unused one.", a, n.Name)
			}
		}
	}
	if p.SSH.PrivateKeyFile == "" {
		say(host, p.SSH.Block(), "pf9ctl asks for a password if it has no key, and the script cannot answer. "+
			"Write private_key_file in ssh.")
	}
	if n := len(p.ControlPlanes()); n > 0 && n%2 == 0 {
		say(odd, p.ControlPlanes()[n-1].Attr("roles"), "%d control planes are defined. Platform9 supports 1, 3, or 5. Define one of these "+
			"numbers.", n)
	}
	for _, n := range p.Nodes {
		switch {
		case !n.Address.IsValid():
			say(host, n.Block(), "Node %q has no address. pf9ctl prepares existing machines. Write address.", n.Name)
		case n.Arch != "amd64":
			say(host, n.Attr("arch"), "Node %q is %s. Platform9 supports only amd64. Write arch = \"amd64\".", n.Name, n.Arch)
		case n.OS.Name != "" && n.OS.Name != "ubuntu" && n.OS.Name != "rocky" && n.OS.Name != "rhel":
			say(host, n.Attr("os"), "Node %q runs %s. Platform9 supports Ubuntu, Rocky Linux, and RHEL.%s", n.Name, n.OS, n.OS.DidYouMean())
		}
	}
	if c := p.Network.CNI; c.Name != plan.Calico && c.Name != plan.Flannel {
		say(network, c.Block(), "Platform9 installs calico or flannel, but this design has %s. Write one of these, or leave the block out.",
			c.Name)
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return &b, r.Diags
}

// emit writes platform9/.
func emit(p *plan.Plan, opts *body) ([]artifact.File, error) {
	readme, err := templates.Files.ReadFile("targets/hosted/platform9/README.md")
	if err != nil {
		return nil, err
	}
	return []artifact.File{
		{Path: "platform9/README.md", Data: readme},
		{Path: "platform9/create.sh", Mode: 0o755, Data: script(p, opts).Bytes()},
	}, nil
}

// attach waits for the cluster, because pf9ctl fails while the cluster is changing: up to 30 minutes per call.
const attach = `attach() {
  tries=0
  until pf9ctl attach-node --no-prompt "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || exit 1
    sleep 60
  done
}`

// script prepares every machine, creates the cluster on the first control plane, and attaches the others: control planes one at a time.
// Source: github.com/platform9/pf9ctl cmd/bootstrap.go, cmd/attachNode.go, cmd/prepNode.go
func script(p *plan.Plan, b *body) hosted.Script {
	var access []any
	if p.SSH.User != "" {
		access = append(access, "--user", p.SSH.User)
	}
	if p.SSH.PrivateKeyFile != "" {
		key := hosted.Quote(p.SSH.PrivateKeyFile)
		if rest, ok := strings.CutPrefix(p.SSH.PrivateKeyFile, "~/"); ok {
			key = `"$HOME"/` + hosted.Quote(rest)
		}
		access = append(access, hosted.Raw("--ssh-key "+key))
	}
	s := hosted.Script{Head: []string{"Create the cluster with pf9ctl. Sign in first: pf9ctl config set"}}
	first, version := p.Bootstrap(), ""
	if b.Version != nil {
		version = *b.Version // digits, dots and "pmk"
	}
	on := func(command string, n *plan.Node) []any {
		return append([]any{hosted.Raw("pf9ctl " + command + " --no-prompt"), "--ip", n.Address.String()}, access...)
	}
	for _, n := range p.Nodes {
		if n != first { // bootstrap prepares its own node
			s.Commands = append(s.Commands, on("prep-node", n))
		}
	}
	s.Commands = append([][]any{
		{hosted.Raw(`: "${PMK_VERSION:=` + version + `}" "${PMK_VERSION:?set it to a Platform9 release that your account offers}"`)},
		{hosted.Raw("minor=" + hosted.Quote(p.Cluster.Version.MinorString()))},
		{hosted.Raw(
			`case $PMK_VERSION in "$minor".*) ;; *) echo "PMK_VERSION is $PMK_VERSION, and the plan is for Kubernetes $minor: ` +
				`write kubernetes_version of that minor in the topology, and generate again" >&2; exit 1 ;; esac`)},
		{hosted.Raw(attach)},
	}, s.Commands...)
	bootstrap := append(on("bootstrap", first), "--pmk-version", hosted.Raw(`"$PMK_VERSION"`), "--network-plugin", p.Network.CNI.Name)
	for _, r := range []struct{ flag, value string }{
		{"--containers-cidr", p.Network.PodSubnets[0].String()}, {"--services-cidr", p.Network.ServiceSubnets[0].String()},
	} {
		bootstrap = append(bootstrap, r.flag, r.value)
	}
	if b.VirtualIP != nil {
		bootstrap = append(bootstrap, "--master-virtual-ip", *b.VirtualIP, "--master-virtual-interface", *b.VirtualCard)
	}
	if host := p.Cluster.Endpoint.Host; p.Cluster.Has("control_plane_endpoint") && host != "" {
		bootstrap = append(bootstrap, "--external-dns-name", host)
	}
	if b.MetalLB != nil {
		bootstrap = append(bootstrap, "--metallb-ip-range", *b.MetalLB)
	}
	bootstrap = append(bootstrap, fmt.Sprintf("--allow-workloads-on-master=%v", first.Roles.Has(plan.Worker)), p.Cluster.Name)
	s.Commands = append(s.Commands, bootstrap)
	var workers []string
	for _, n := range p.Nodes {
		switch {
		case n == first:
		case n.Roles.Has(plan.ControlPlane):
			s.Commands = append(s.Commands, []any{hosted.Raw("attach"), "--master-ip", n.Address.String(), p.Cluster.Name})
		default:
			workers = append(workers, n.Address.String())
		}
	}
	if len(workers) > 0 {
		s.Commands = append(s.Commands, []any{hosted.Raw("attach"), "--worker-ip", strings.Join(workers, ","), p.Cluster.Name})
	}
	return s
}

// rules returns the target's rules.
func rules() []*rule.Rule { return []*rule.Rule{malformed, unstated, virtual, odd, host, network} }

var (
	malformed = &rule.Rule{
		ID: "platform9-argument", Title: "Malformed platform9 target", Permanent: true,
		Doc: "pf9ctl needs the exact name of a Platform9 release, and rejects any other only after the machines are prepared.",
		Fix: "Write pmk_version as your account lists it, or set PMK_VERSION; optionally virtual_ip with virtual_interface, and " +
			"metallb_range.",
		Sources: []string{"https://github.com/platform9/pf9ctl/blob/master/cmd/bootstrap.go"},
	}
	unstated = &rule.Rule{
		ID: "platform9-version-unstated", Severity: rule.Warning, Title: "Kubernetes version left to the planner",
		Doc: "Platform9 has its own releases, which are visible only to accounts. The newest version that k8splan knows is often not " +
			"one of them, and then the tree is unusable.",
		Fix:     "Write a kubernetes_version with a minor that your account offers, or pmk_version.",
		Sources: []string{"https://github.com/platform9/pf9ctl/blob/master/cmd/bootstrap.go"},
	}
	virtual = &rule.Rule{
		ID: "platform9-virtual-ip", Title: "Several control planes without a shared address", Permanent: true,
		Doc: "The address is set when the first control plane is created, and cannot be added later: a cluster without one is limited " +
			"to one control plane.",
		Fix:     "Write virtual_ip and virtual_interface in the target.",
		Sources: []string{"https://github.com/platform9/pf9ctl/blob/master/cmd/bootstrap.go"},
	}
	odd = &rule.Rule{
		ID: "platform9-control-planes", Title: "Even number of control planes", Permanent: true,
		Doc:     "Each control plane has an etcd member, and Platform9 supports only odd numbers.",
		Fix:     "Define 1, 3, or 5.",
		Sources: []string{"https://platform9.com/docs/kubernetes/masters-and-workers"},
	}
	host = &rule.Rule{
		ID: "platform9-host", Title: "Machine not supported by pf9ctl", Permanent: true,
		Doc:     "pf9ctl installs Platform9's agent over SSH, from packages for the distributions that Platform9 supports.",
		Fix:     "Write the machine's address; use Ubuntu, Rocky Linux, or RHEL on amd64.",
		Sources: []string{"https://github.com/platform9/pf9ctl/blob/master/README.md"},
	}
	network = &rule.Rule{
		ID: "platform9-cni", Title: "Pod network that Platform9 does not install", Permanent: true,
		Doc:     "pf9ctl installs the pod network with the cluster: calico or flannel.",
		Fix:     "Write cni \"calico\", or leave the block out.",
		Sources: []string{"https://github.com/platform9/pf9ctl/blob/master/cmd/bootstrap.go"},
	}
)
