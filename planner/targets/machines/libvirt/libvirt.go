// Package libvirt creates the machines of a plan on KVM hypervisors: for each node the XML of its domain and its disk and cloud-init's
// input for the first boot, the XML of the network if the target creates one, and a static script that passes them to libvirt.
//
// The package is internal to k8splan and makes no compatibility promise.
package libvirt

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target/block"
	"github.com/k8splan/k8splan/planner/target/onprem"
	"github.com/k8splan/k8splan/templates"
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	onprem.Written
	URI         *string
	Hypervisors map[string]string
	Bridge      *string
	Pool        *string
	PoolPath    *string
	Images      map[string]string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Hypervisors with KVM, reached through libvirt.",
		Arguments: append([]spec.Argument{
			{Name: "uri", Type: spec.Text, Field: "URI", Example: `"qemu:///system"`,
				Doc: "Connection URI of libvirt on the hypervisor of machines without a host."},
			{Name: "hypervisors", Type: spec.TextMap, Field: "Hypervisors",
				Example: `{ "hv-1" = "qemu+ssh://root@hv-1.example.com/system" }`,
				Doc:     "Connection URIs of libvirt, by host of the nodes."},
			{Name: "bridge", Type: spec.Text, Field: "Bridge", Example: `"br0"`,
				Doc: "Bridge of the hypervisors to the segment. Default: a new libvirt network with NAT."},
			{Name: "pool", Type: spec.Text, Field: "Pool", Example: `"default"`, Doc: "Storage pool of the disks."},
			{Name: "pool_path", Type: spec.Text, Field: "PoolPath", Example: `"/var/lib/libvirt/images"`,
				Doc: "Directory of the storage pool."},
			{Name: "images", Type: spec.TextMap, Field: "Images", Example: `{ "debian-13" = "http://10.0.0.2/debian-13.qcow2" }`,
				Doc: "QCOW2 cloud images by operating system. Default: the vendors' own."},
		}, onprem.Arguments()...),
	}
}

var (
	// uriPattern matches values that fit into one column of the script's lists.
	uriPattern  = regexp.MustCompile(`^[a-z][a-z0-9+]*://[!-~]*$`)
	namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)
	pathPattern = regexp.MustCompile(`^(/[A-Za-z0-9._@+-]+)+$`)
	// bridgePattern allows at most 15 characters, the limit of Linux interfaces.
	bridgePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)
)

// options is the decoded block with all values filled in.
type options struct {
	segment  onprem.Segment
	bridge   string // "" = a network created by libvirt
	pool     string
	poolPath string
	uris     []hypervisor
	machines []machine
}

type hypervisor struct{ name, uri string }

type machine struct {
	node       *plan.Node
	hypervisor string
	system     string // a key of images
	image      onprem.Image
	volume     string // the image's volume in the pool
	mac        string
}

// own is the name of the hypervisor of machines without a host.
const own = "-"

// decode checks the body of the target block against the plan. After an error the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*options, hcl.Diagnostics) {
	var b body
	r, ok := block.Open(p, written, ctx, schema(), &b, shared.Argument)
	if !ok {
		return nil, r.Diags
	}
	if b.Source == nil {
		b.Source = p.Target.Source
	}
	say := r.Say
	o := &options{
		bridge: r.Word("bridge", b.Bridge, "", bridgePattern, `the name of a bridge, such as "br0"`),
		pool:   r.Word("pool", b.Pool, "default", namePattern, `the name of a storage pool, such as "default"`),
		poolPath: r.Word("pool_path", b.PoolPath, "/var/lib/libvirt/images", pathPattern,
			`the pool's directory, such as "/var/lib/libvirt/images"`),
	}
	o.segment = b.Segment(p, b.Source, shared, say)
	onprem.Port(p, shared, say)
	o.hosts(p, &b, r.Word("uri", b.URI, "qemu:///system", uriPattern, `a connection URI of libvirt, such as "qemu:///system"`), say)
	o.systems(p, &b, say)
	if o.bridge != "" && b.Gateways == nil {
		say(shared.Argument, b.Block(), "The segment of bridge %q has its own router. Write its address: gateways = [\"…\"].", o.bridge)
	}
	if r.Diags.HasErrors() {
		return nil, r.Diags
	}
	o.carryNobody(&b, say)
	return o, r.Diags
}

// carryNobody warns of hypervisors in the block on which no machine runs.
func (o *options) carryNobody(b *body, say onprem.Say) {
	used := map[string]bool{}
	for _, m := range o.machines {
		used[m.hypervisor] = true
	}
	if b.URI != nil && !used[own] {
		say(idle, b.Attr("uri"), "uri is for machines without a host, but each machine has one, so none is created on %s. Remove uri.",
			*b.URI)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Hypervisors)) {
		if !used[name] {
			say(idle, b.Attr("hypervisors"), "hypervisors has an entry for %s, but no machine has that host. Remove the entry, or "+
				"correct its name.",
				name)
		}
	}
}

// hosts determines the hypervisor of each machine.
func (o *options) hosts(p *plan.Plan, b *body, uri string, say onprem.Say) {
	for name, address := range b.Hypervisors {
		if !uriPattern.MatchString(address) {
			say(shared.Argument, b.Attr("hypervisors"), "hypervisors has %q for %q. Write a connection URI of libvirt, such as "+
				"\"qemu+ssh://root@hv-1.example.com/system\".", address, name)
		}
	}
	macs := onprem.MACs(p)
	used := map[string]string{}
	said := map[hcl.Range]bool{}
	for _, n := range p.Nodes {
		m := machine{node: n, hypervisor: own, mac: macs[n.Name]}
		if n.Host != "" && b.Hypervisors != nil {
			m.hypervisor = n.Host
			address, ok := b.Hypervisors[n.Host]
			if at := n.At("host"); !ok && !said[at] {
				said[at] = true
				say(unknownHost, at, "Node %q runs on %q, but hypervisors has only %s. Add the connection URI of this host.", n.Name,
					n.Host,
					onprem.Known(b.Hypervisors))
			}
			used[n.Host] = address
		} else {
			used[own] = uri
		}
		if at := n.At("host"); n.Host != "" && b.Hypervisors == nil && n.Host != p.Nodes[0].Host && !said[at] {
			said[at] = true
			say(unknownHost, at,
				"Node %q runs on %q and others elsewhere, but all would be created on %s. Write the connection URI of each: "+
					"hypervisors = { %q = \"qemu+ssh://…/system\" }.", n.Name, n.Host, uri, n.Host)
		}
		o.machines = append(o.machines, m)
	}
	for name, address := range used {
		o.uris = append(o.uris, hypervisor{name, address})
	}
	slices.SortFunc(o.uris, func(a, b hypervisor) int { return plan.Natural(a.name, b.name) })
	if len(o.uris) > 1 && o.bridge == "" {
		say(apart, b.Block(),
			"The machines run on %d hypervisors. Without bridge, each hypervisor gets its own network behind NAT, so the "+
				"machines could not reach each other. Write the bridge to their common segment: bridge = \"br0\".", len(o.uris))
	}
}

// systems determines the image of each machine.
func (o *options) systems(p *plan.Plan, b *body, say onprem.Say) {
	picked := onprem.PickImages(p, b.Images, b.Attr("images"), shared.Argument, noImage, say)
	said := map[hcl.Range]bool{}
	for i := range o.machines {
		m := &o.machines[i]
		os, _ := onprem.System(m.node)
		image, ok := picked[m.node.Name]
		if !ok {
			continue
		}
		m.system, m.image = os, image
		if _, ok := arches()[m.node.Arch]; !ok {
			if at := m.node.Attr("arch"); !said[at] {
				said[at] = true
				say(noImage, at, "Node %q is %s. k8splan writes libvirt domains for amd64 and arm64. Write one of these.", m.node.Name,
					m.node.Arch)
			}
		}
		m.volume = p.Cluster.Name + "-" + os + "-" + m.node.Arch + ".qcow2"
	}
}

// emit writes libvirt/.
func emit(p *plan.Plan, o *options) ([]artifact.File, error) {
	var files []artifact.File
	for _, name := range []string{"README.md", "machines.sh"} {
		data, err := templates.Files.ReadFile("targets/machines/libvirt/" + name)
		if err != nil {
			return nil, err
		}
		f := artifact.File{Path: "libvirt/" + name, Data: data}
		if strings.HasSuffix(name, ".sh") {
			f.Mode = 0o755
		}
		files = append(files, f)
	}
	add := func(path string, data []byte, err error) error {
		files = append(files, artifact.File{Path: "libvirt/" + path, Data: data})
		return err
	}
	lists := map[string]*strings.Builder{}
	line := func(list string, words ...string) {
		if lists[list] == nil {
			lists[list] = &strings.Builder{}
		}
		fmt.Fprintln(lists[list], strings.Join(words, " "))
	}
	line("settings.txt", p.Cluster.Name, o.pool, o.poolPath)
	for _, h := range o.uris {
		line("hypervisors.txt", h.name, h.uri)
	}
	seen := map[string]bool{}
	for _, m := range o.machines {
		if key := m.hypervisor + " " + m.volume; !seen[key] {
			seen[key] = true
			line("images.txt", m.hypervisor, m.volume, m.image.Address, cmp.Or(m.image.Sums, "-"))
		}
		line("nodes.txt", m.node.Name, m.hypervisor)
	}
	for _, name := range []string{"settings.txt", "hypervisors.txt", "images.txt", "nodes.txt"} {
		if err := add(name, []byte(lists[name].String()), nil); err != nil {
			return nil, err
		}
	}
	if o.bridge == "" {
		data, err := encode(o.network(p))
		if err = add("network.xml", data, err); err != nil {
			return nil, err
		}
	}
	for _, m := range o.machines {
		domain, err := encode(o.domain(p, m))
		if err = add(m.node.Name+"/domain.xml", domain, err); err != nil {
			return nil, err
		}
		volume, err := encode(o.volume(p, m))
		if err = add(m.node.Name+"/volume.xml", volume, err); err != nil {
			return nil, err
		}
		seed := o.segment.Machine(p, m.node, m.mac)
		for _, part := range []struct {
			name string
			make func() ([]byte, error)
		}{{"user-data", seed.UserData}, {"meta-data", seed.MetaData}, {"network-config", seed.NetworkConfig}} {
			data, err := part.make()
			if err = add(m.node.Name+"/"+part.name, data, err); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

var shared = onprem.RulesOf("libvirt", "Write uri or hypervisors, bridge, pool, pool_path, and images; all have a default.")

// rules returns the target's rules.
func rules() []*rule.Rule { return shared.List(unknownHost, idle, apart, noImage) }

var (
	idle = &rule.Rule{
		ID: "libvirt-hypervisor-unused", Severity: rule.Warning, Title: "Hypervisor without machines",
		Doc: "A machine is created on the entry of `hypervisors` for its `host`, or on `uri` if it has no host. Other entries have no " +
			"effect.",
		Fix:     "Remove the entry, or write its name as the `host` of a machine.",
		Sources: []string{"https://libvirt.org/uri.html"},
	}
	unknownHost = &rule.Rule{
		ID: "libvirt-hypervisor", Title: "Hypervisor without an address", Permanent: true,
		Doc: "k8splan computes the effect of losing a hypervisor from the `host` of each machine. If a machine is created elsewhere, " +
			"the result is wrong.",
		Fix:     "Write the connection URI of every host in hypervisors.",
		Sources: []string{"https://libvirt.org/uri.html"},
	}
	apart = &rule.Rule{
		ID: "libvirt-network", Title: "Several hypervisors without a common segment", Permanent: true,
		Doc: "A libvirt network ends at its hypervisor. Machines on two hypervisors reach each other only over a bridge to a common " +
			"segment.",
		Fix:     "Create a bridge with the same name on each hypervisor, and write the name as bridge.",
		Sources: []string{"https://libvirt.org/formatnetwork.html#connectivity"},
	}
	noImage = &rule.Rule{
		ID: "libvirt-image", Title: "Operating system without a cloud image", Permanent: true,
		Doc: "The disks are layers on a cloud image, which gets its host name and addresses from cloud-init at the first boot.",
		Fix: "Write an os that has an image, or write an image in images.",
	}
)
