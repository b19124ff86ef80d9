// Package openshift writes a plan for OpenShift's agent-based installer: install-config.yaml and agent-config.yaml, which define every host
// with its address, and a script that adds the user's pull secret and key outside the tree.
//
// The package is internal to k8splan and makes no compatibility promise.
package openshift

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/onprem"
	"github.com/k8splan/k8splan/templates"
	"github.com/k8splan/k8splan/topologies"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	onprem.Written
	BaseDomain  string
	APIVIPs     []string
	IngressVIPs []string
	Disk        *string
	Disks       map[string]string
	NTP         []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "OpenShift, by its agent-based installer.",
		Arguments: append([]spec.Argument{
			{Name: "base_domain", Type: spec.Text, Required: true, Field: "BaseDomain", Example: `"example.com"`,
				Doc: "Domain above the cluster's name: api.NAME.example.com."},
			{Name: "api_vips", Type: spec.TextList, Field: "APIVIPs", Example: `["10.0.0.5"]`,
				Doc: "Virtual addresses of the API on the control planes, one of each family."},
			{Name: "ingress_vips", Type: spec.TextList, Field: "IngressVIPs", Example: `["10.0.0.6"]`,
				Doc: "Virtual addresses of the routes, *.apps.NAME.example.com, one of each family."},
			{Name: "install_disk", Type: spec.Text, Field: "Disk", Example: `"/dev/sda"`,
				Doc: "Disk to erase for the system. Default: the installer's choice."},
			{Name: "install_disks", Type: spec.TextMap, Field: "Disks", Example: `{ "cp-1" = "/dev/nvme0n1" }`,
				Doc: "Disk by node or pool, if it differs from install_disk."},
			{Name: "ntp_servers", Type: spec.TextList, Field: "NTP", Example: `["10.0.0.2"]`,
				Doc: "Time servers in addition to those of the image."},
		}, onprem.Arguments()...),
	}
}

var (
	domainPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	diskPattern   = regexp.MustCompile(`^/dev(/[A-Za-z0-9][A-Za-z0-9._:+-]*)+$`)
	serverPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$`)
)

// Release returns the OpenShift release that includes a Kubernetes version. plan.Targets lists the same minors. Source: the release notes
// of each, "About this release" (read 2026-11)
func Release(v plan.Version) string {
	return map[int]string{31: "4.18", 32: "4.19", 33: "4.20", 34: "4.21", 35: "4.22"}[v.Minor]
}

// options is the decoded block with all values filled in.
type options struct {
	segment    onprem.Segment
	domain     string
	api, route []string
	disks      map[string]string // by node
	ntp        []string
}

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	if written == nil {
		return nil, hcl.Diagnostics{shared.Argument.Diagnostic(p.Target.Block(),
			"The target openshift needs a domain: base_domain = \"example.com\".")}
	}
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	say := r.Say
	o := &options{domain: b.BaseDomain, disks: map[string]string{}, ntp: b.NTP}
	if !domainPattern.MatchString(b.BaseDomain) || len(b.BaseDomain) > 190 {
		say(shared.Argument, b.Attr("base_domain"), "base_domain is %q. Write a DNS domain in lower case, such as \"example.com\".",
			b.BaseDomain)
	}
	for _, s := range b.NTP {
		if !serverPattern.MatchString(s) {
			say(shared.Argument, b.Attr("ntp_servers"), "ntp_servers contains %q. Write addresses or DNS names.", s)
		}
	}
	for of, disk := range b.Disks {
		if !diskPattern.MatchString(disk) {
			say(shared.Argument, b.Attr("install_disks"), "install_disks has %q for %q. Write the disk's device, such as \"/dev/nvme0n1\".",
				disk, of)
		}
	}
	block.Machines(say, shared.Argument, "install_disks", b.Attr("install_disks"), p, b.Disks,
		"the disk of install_disk would be erased on the intended machine")
	if b.Disk != nil && !diskPattern.MatchString(*b.Disk) {
		say(shared.Argument, b.Attr("install_disk"), "install_disk is %q. Write the disk's device, such as \"/dev/sda\".", *b.Disk)
	}
	o.segment = b.Segment(p, b.Source, shared, say)
	o.vips(p, &b, say)
	o.shape(p, say)
	o.hosts(p, &b, r)
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	return o, r.Diags
}

// vips: bare metal with several control planes needs one address for the API and one for routes, unused and in the segment; a single node
// has neither.
func (o *options) vips(p *plan.Plan, b *body, say onprem.Say) {
	if p.Cluster.Type == topologies.AllInOne {
		for name, vips := range map[string][]string{"api_vips": b.APIVIPs, "ingress_vips": b.IngressVIPs} {
			if len(vips) > 0 {
				say(vip, b.Attr(name), "A single node uses its own address: api.%s.%s and *.apps.%s.%s resolve to it. Remove %s.",
					p.Cluster.Name, b.BaseDomain, p.Cluster.Name, b.BaseDomain, name)
			}
		}
		return
	}
	taken := map[netip.Addr]string{}
	for _, n := range p.Nodes {
		taken[n.Address], taken[n.SecondaryAddress] = "node "+n.Name, "node "+n.Name
	}
	for _, g := range o.segment.Gateways {
		taken[g] = "the router"
	}
	delete(taken, netip.Addr{})
	for _, part := range []struct {
		name  string
		texts []string
		into  *[]string
	}{{"api_vips", b.APIVIPs, &o.api}, {"ingress_vips", b.IngressVIPs, &o.route}} {
		if len(part.texts) == 0 {
			say(vip, b.Attr(part.name), "Several control planes share an unused address for the API, and one for routes. Write "+
				"both: api_vips = [\"10.0.0.5\"] and ingress_vips = [\"10.0.0.6\"].")
			continue
		}
		if len(part.texts) > len(o.segment.Subnets) && len(o.segment.Subnets) > 0 {
			say(vip, b.Attr(part.name), "%s has %s, but the segment has %s. Write one address of each family.", part.name,
				spelling.Quantity(len(part.texts), "address", "addresses"), spelling.Quantity(len(o.segment.Subnets), "range", "ranges"))
		}
		for _, text := range part.texts {
			a, err := netip.ParseAddr(text)
			if err != nil || a.Zone() != "" {
				say(shared.Argument, b.Attr(part.name), "%s contains %q, which is not an IP address. Write addresses such as \"10.0.0.5\".",
					part.name, text)
				continue
			}
			if _, ok := o.segment.Of(a); !ok && len(o.segment.Subnets) > 0 {
				say(vip, b.Attr(part.name), "%s is not in the machines' segment, so the control planes could not use it. Write an "+
					"address of the segment.", a)
			}
			if who, ok := taken[a]; ok {
				say(vip, b.Attr(part.name), "%s is already the address of %s. Use an unused one.", a, who)
			}
			taken[a] = part.name
			*part.into = append(*part.into, a.String())
		}
	}
}

// shape checks the node counts that the installer accepts. Source: github.com/openshift/installer pkg/asset/agent/installconfig.go,
// validateControlPlaneConfiguration and validateSNOConfiguration
func (o *options) shape(p *plan.Plan, say onprem.Say) {
	cps := p.ControlPlanes()
	if n := len(cps); n > 5 || n == 2 {
		say(controlPlanes, cps[0].Attr("roles"), "%d control planes are defined. OpenShift supports 3, 4, or 5. Define one of these "+
			"numbers.", n)
	}
	both := 0
	for _, n := range cps {
		if n.Roles.Has(plan.Worker) {
			both++
		}
	}
	if both > 0 && both < len(cps) {
		say(controlPlanes, cps[0].Attr("roles"),
			"%d of %d control planes are workers too. OpenShift runs ordinary pods on all of them or on none. Write the "+
				"same roles for all.", both, len(cps))
	}
	for _, n := range p.Nodes {
		if n.Arch != p.Nodes[0].Arch {
			say(arch, n.Attr("arch"), "Node %q is %s and node %q is %s. All hosts boot the same image, which has one architecture. Write "+
				"one arch.", n.Name, n.Arch,
				p.Nodes[0].Name, p.Nodes[0].Arch)
			break
		}
	}
	for _, n := range p.Nodes {
		if !n.Roles.Has(plan.ControlPlane) && !n.Roles.Has(plan.Worker) {
			say(controlPlanes, n.Attr("roles"), "Node %q is neither control plane nor worker. Remove it: OpenShift runs etcd and the "+
				"balancer on the control planes.", n.Name)
		}
	}
}

// dedicated returns the workers that are not control planes.
func dedicated(p *plan.Plan) []*plan.Node {
	return slices.DeleteFunc(slices.Clone(p.Workers()), func(n *plan.Node) bool { return n.Roles.Has(plan.ControlPlane) })
}

// Minimum hardware of the installer's host checks: CPUs, GiB of memory, GiB of disk. Source: installerDocs.
var (
	leastControlPlane = [3]int64{4, 16, 100}
	leastWorker       = [3]int64{2, 8, 100}
	leastSingle       = [3]int64{8, 16, 120}
)

func (o *options) hosts(p *plan.Plan, b *body, r *block.Reader) {
	for _, n := range p.Nodes {
		if !n.Address.IsValid() {
			r.SayOnce(host, n.Block(), "Node %q has no address. The installer's image contains each host's address. Write address.",
				n.Name)
		}
		if n.MAC == "" {
			r.SayOnce(host, n.Block(),
				"Node %q has no mac. A host that boots the installer's image finds its name and address by its MAC address. "+
					"Write mac, and separate nodes instead of a pool.", n.Name)
		}
		least := leastWorker
		switch {
		case p.Cluster.Type == topologies.AllInOne:
			least = leastSingle
		case n.Roles.Has(plan.ControlPlane):
			least = leastControlPlane
		}
		for i, has := range []struct {
			name  string
			value int64
		}{{"cpus", int64(n.CPUs)}, {"memory", n.MemoryBytes >> 30}, {"disk", n.DiskBytes >> 30}} {
			if n.Has(has.name) && has.value < least[i] {
				r.SayOnce(small, n.Attr(has.name), "Node %q is too small. OpenShift requires %d CPUs, %dGi of memory, and a disk of %dGi "+
					"here, and its installer refuses smaller hosts.", n.Name, least[0], least[1], least[2])
			}
		}
		for _, of := range []string{n.Name, n.Pool} {
			if disk, ok := b.Disks[of]; ok && of != "" && o.disks[n.Name] == "" {
				o.disks[n.Name] = disk
			}
		}
		if o.disks[n.Name] == "" && b.Disk != nil {
			o.disks[n.Name] = *b.Disk
		}
	}
}

// emit writes openshift/.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	var files []artifact.File
	for name, mode := range map[string]uint32{"README.md": 0o644, "assemble.sh": 0o755} {
		data, err := templates.Files.ReadFile("targets/turnkey/openshift/" + name)
		if err != nil {
			return nil, err
		}
		f := artifact.File{Path: "openshift/" + name, Data: data}
		if mode == 0o755 {
			f.Mode = 0o755
		}
		files = append(files, f)
	}
	type document struct {
		path string
		docs []any
	}
	documents := []document{{"install-config.yaml", []any{o.installConfig(p)}}, {"agent-config.yaml", []any{o.agentConfig(p)}}}
	if workers := dedicated(p); len(workers) > 0 && p.ControlPlanes()[0].Roles.Has(plan.Worker) {
		documents = append(documents, document{"manifests/cluster-scheduler-02-config.yaml", []any{scheduler()}})
	}
	if settings := nodeSettings(p); len(settings) > 0 {
		documents = append(documents, document{"nodes.yaml", settings})
	}
	for _, d := range documents {
		data, err := artifact.YAML(d.docs...)
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.File{Path: "openshift/" + d.path, Data: data})
	}
	files = append(files, artifact.File{Path: "openshift/release.txt", Data: []byte(Release(p.Cluster.Version) + "\n")})
	slices.SortFunc(files, func(a, b artifact.File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

var shared = onprem.RulesOf("openshift", "Write base_domain and, for several control planes, api_vips and ingress_vips.")

// rules returns the target's rules.
func rules() []*rule.Rule { return shared.List(vip, controlPlanes, arch, host, small) }

const (
	installerSource = "https://github.com/openshift/installer/blob/main/pkg/asset/agent/installconfig.go"
	installerDocs   = "https://docs.redhat.com/en/documentation/openshift_container_platform/4.20/html/" +
		"installing_an_on-premise_cluster_with_the_agent-based_installer/preparing-to-install-with-agent-based-installer"
)

var (
	vip = &rule.Rule{
		ID: "openshift-vip", Title: "Unusable API or ingress address", Permanent: true,
		Doc: "On bare metal, the control planes share the API address, and the routers share the ingress address. The installer " +
			"requires both, unused, in the machines' segment. A single node uses only its own address.",
		Fix:     "Write api_vips and ingress_vips, one address of each family; leave them out for all-in-one.",
		Sources: []string{installerSource},
	}
	controlPlanes = &rule.Rule{
		ID: "openshift-control-planes", Title: "Control planes that OpenShift does not support", Permanent: true,
		Doc: "The installer supports one control plane without workers, or three to five with or without workers. Each has an etcd " +
			"member, and ordinary pods run on all of them or on none.",
		Fix:     "Define three control planes, and give all of them the same roles.",
		Sources: []string{installerSource},
	}
	arch = &rule.Rule{
		ID: "openshift-arch", Title: "Mixed architectures", Permanent: true,
		Doc:     "All hosts boot the same installer image, which has one architecture.",
		Fix:     "Install with one architecture, and add workers of another architecture later.",
		Sources: []string{installerSource},
	}
	host = &rule.Rule{
		ID: "openshift-host", Title: "Host that the installer cannot identify", Permanent: true,
		Doc:     "All hosts boot the same image, and each finds its name, role, and address in it by the MAC address of its network card.",
		Fix:     "Write address and mac on each node.",
		Sources: []string{installerDocs},
	}
	small = &rule.Rule{
		ID: "openshift-size", Title: "Host too small for OpenShift", Permanent: true,
		Doc: "The installer checks each host before it starts, and waits forever for a host that is too small.",
		Fix: "Control planes need at least 4 CPUs, 16Gi of memory, and a 100Gi disk; workers 2 CPUs, 8Gi, and 100Gi; a single node 8 " +
			"CPUs, 16Gi, and 120Gi.",
		Sources: []string{installerDocs},
	}
)
