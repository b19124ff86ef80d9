// Package vagrant creates the machines of a plan on one computer: nodes.json, the data, and the static Vagrantfile that reads it and runs
// the tree's playbook.
//
// The package is internal to k8splan and makes no compatibility promise.
package vagrant

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target/block"
)

// The providers that the Vagrantfile supports.
const (
	Libvirt       = "libvirt"
	VirtualBox    = "virtualbox"
	VMwareDesktop = "vmware_desktop"
)

// provider describes a provider.
type provider struct {
	name string
	// nat is the provider's network of the first card; zero: not fixed.
	nat netip.Prefix
	// allowed is where the private network must be; empty: anywhere.
	allowed []netip.Prefix
	// boxes maps operating systems, as written in the language, to public boxes.
	boxes map[string]string
}

// Sources: vagrant-libvirt's configuration (management_network_address 192.168.121.0/24),
// https://www.virtualbox.org/manual/ch06.html#network_nat_service (10.0.2.0/24) and #network_hostonly (192.168.56.0/21 since 6.1.28),
// and the box pages of the organizations cloud-image (built for libvirt) and bento (built for VirtualBox and VMware).
func providers() []provider {
	bento := map[string]string{
		"ubuntu-22.04": "bento/ubuntu-22.04",
		"ubuntu-24.04": "bento/ubuntu-24.04",
		"debian-12":    "bento/debian-12",
		"rocky-9":      "bento/rockylinux-9",
	}
	return []provider{
		{name: Libvirt, nat: netip.MustParsePrefix("192.168.121.0/24"), boxes: map[string]string{
			"ubuntu-22.04": "cloud-image/ubuntu-22.04",
			"ubuntu-24.04": "cloud-image/ubuntu-24.04",
			"debian-12":    "cloud-image/debian-12",
			"debian-13":    "cloud-image/debian-13",
			"rocky-9":      "cloud-image/rocky-9",
		}},
		{name: VirtualBox, nat: netip.MustParsePrefix("10.0.2.0/24"), allowed: []netip.Prefix{netip.MustParsePrefix("192.168.56.0/21")},
			boxes: bento},
		{name: VMwareDesktop, boxes: bento},
	}
}

// Options is the decoded target block, with defaults for what is not set.
type Options struct {
	Provider string
	Cluster  string       // the cluster's name, which separates the machines of two clusters
	Network  netip.Prefix // of the second card; covers every node and the virtual IP
	Machines []Machine    // in the plan's order; the last one runs the playbook
}

// Machine is one machine to create.
type Machine struct {
	Name       string
	Box        string
	BoxVersion string // "" = the newest
	CPUs       int
	MemoryMiB  int64
	Address    netip.Addr   // IPv4, on Options.Network
	Second     netip.Prefix // the address of the other family with its prefix length; zero: none
	MAC        string       // twelve hexadecimal digits; "" = the provider's choice
}

// Defaults of the block: VirtualBox is Vagrant's default, 2 CPUs are kubeadm's minimum on a control plane (1700 MB the minimum memory:
// https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/), and the system is the most widely
// tested one.
const (
	defaultProvider = VirtualBox
	defaultOS       = "ubuntu-24.04"
	defaultCPUs     = 2
	defaultMemory   = 2048 * mebibyte
	mebibyte        = 1 << 20
)

// body holds the block's arguments.
type body struct {
	*spec.Source
	Provider       *string
	Box            *string
	BoxVersion     *string
	Boxes          map[string]string
	CPUs           *int
	Memory         *string
	HostMemory     *string
	HostOnlyRanges []string
}

// schema returns the block's schema.
func schema() *spec.Block {
	return &spec.Block{
		Name: "target", Doc: "Vagrant: machines on one computer.",
		Arguments: []spec.Argument{
			{Name: "provider", Type: spec.Text, Enum: []string{VirtualBox, Libvirt, VMwareDesktop}, Field: "Provider",
				Example: `"virtualbox"`, Doc: "Provider of the machines."},
			{Name: "box", Type: spec.Text, Field: "Box", Example: `"bento/ubuntu-24.04"`,
				Doc: "Box for all machines. Default: a public box for each node's operating system."},
			{Name: "box_version", Type: spec.Text, Field: "BoxVersion", Example: `"202510.26.0"`,
				Doc: "Version of the boxes. Default: the newest."},
			{Name: "boxes", Type: spec.TextMap, Field: "Boxes", Example: `{ "ubuntu-24.04" = "bento/ubuntu-24.04" }`,
				Doc: "Boxes by operating system."},
			{Name: "cpus", Type: spec.Integer, Field: "CPUs", Example: `2`, Doc: "CPUs of machines without cpus."},
			{Name: "memory", Type: spec.Text, Field: "Memory", Example: `"4Gi"`, Doc: "Memory of machines without memory, with " +
				"a unit."},
			{Name: "host_memory", Type: spec.Text, Field: "HostMemory", Example: `"32Gi"`,
				Doc: "Memory of the computer, with a unit. The machines must fit into it."},
			{Name: "host_only_ranges", Type: spec.TextList, Field: "HostOnlyRanges", Example: `["10.0.0.0/8"]`,
				Doc: "Ranges that /etc/vbox/networks.conf allows, for VirtualBox."},
		},
	}
}

// decode checks the body of the target block against the plan and returns *Options. It reports all mistakes that it finds; after an error
// the value is nil.
func decode(p *plan.Plan, written hcl.Body, ctx *hcl.EvalContext) (*Options, hcl.Diagnostics) {
	var b body
	r, ok := block.Read(p, written, ctx, schema(), &b, malformed)
	if !ok {
		return nil, r.Diags
	}
	block.Systems(r.Say, malformed, "boxes", r.At("boxes"), b.Boxes)
	d := decoder{plan: p, Reader: r}
	options := d.options(b)
	if d.Diags.HasErrors() {
		return nil, d.Diags
	}
	return options, d.Diags
}

// decoder collects the diagnostics of one block.
type decoder struct {
	*block.Reader
	plan *plan.Plan
}

func (d *decoder) options(b body) *Options {
	made := d.provider(block.Value(b.Provider, defaultProvider))
	o := &Options{Provider: made.name, Cluster: d.plan.Cluster.Name}
	cpus, memory := d.count("cpus", b.CPUs, defaultCPUs), d.size("memory", b.Memory, defaultMemory)
	for _, n := range d.plan.Nodes {
		m := Machine{
			Name: n.Name, Box: d.box(n, made, b), BoxVersion: block.Value(b.BoxVersion, ""), CPUs: cpus, MemoryMiB: memory / mebibyte,
			MAC: strings.ToUpper(strings.NewReplacer(":", "", "-", "").Replace(n.MAC)),
		}
		if n.CPUs != 0 {
			m.CPUs = n.CPUs
		}
		if n.MemoryBytes != 0 {
			m.MemoryMiB = n.MemoryBytes / mebibyte
		}
		o.Machines = append(o.Machines, m)
	}
	d.hostOnlyRanges(&made, b.HostOnlyRanges)
	d.architectures()
	d.addresses(o, made)
	d.overlaps(o, made)
	d.hostMemory(o, b)
	d.access()
	return o
}

// access checks that sshd's port is the boxes' default, which the Vagrantfile does not change.
func (d *decoder) access() {
	if s := &d.plan.SSH; s.Port != 0 && s.Port != 22 {
		d.Say(login, s.Attr("port"), "sshd of Vagrant boxes listens on port 22, but ssh has port %d. Leave port out.", s.Port)
	}
}

// provider returns the chosen provider; the schema permits no others.
func (d *decoder) provider(name string) provider {
	for _, p := range providers() {
		if p.name == name {
			return p
		}
	}
	panic("vagrant: no provider " + name)
}

// hostOnlyRanges replaces VirtualBox's limit with the user's.
func (d *decoder) hostOnlyRanges(made *provider, written []string) {
	if written == nil {
		return
	}
	if made.name != VirtualBox {
		d.Say(malformed, d.At("host_only_ranges"), "host_only_ranges is only for VirtualBox, but the provider is %s. Leave "+
			"host_only_ranges out.", made.name)
		return
	}
	made.allowed = nil
	for _, w := range written {
		r, err := netip.ParsePrefix(w)
		if err != nil || !r.Addr().Is4() {
			d.Say(malformed, d.At("host_only_ranges"), "%q is not a range of IPv4 addresses. Write it as in /etc/vbox/networks.conf, "+
				"such as \"10.0.0.0/8\".", w)
			continue
		}
		made.allowed = append(made.allowed, r)
	}
}

func (d *decoder) count(name string, written *int, value int) int {
	if written == nil {
		return value
	}
	if *written < 1 {
		d.Say(malformed, d.At(name), "%s is %d. Write at least 1.", name, *written)
	}
	return *written
}

func (d *decoder) size(name string, written *string, value int64) int64 {
	if written == nil {
		return value
	}
	n, ok := plan.ParseSize(*written)
	if !ok || n < mebibyte {
		d.Say(malformed, d.At(name), "%s is %q, which is not a memory size. Write a number of bytes with a unit, such as \"4Gi\".",
			name, *written)
		return value
	}
	return n
}

// box returns, in this order: the box in the block's map for the node's system, the block's single box, the public box of the system.
func (d *decoder) box(n *plan.Node, made provider, b body) string {
	system := n.OS.String()
	if box, ok := b.Boxes[system]; ok && system != "" {
		return box
	}
	if b.Box != nil {
		return *b.Box
	}
	if system == "" {
		return made.boxes[defaultOS]
	}
	box, ok := made.boxes[system]
	if !ok {
		known := make([]string, 0, len(made.boxes))
		for name := range made.boxes {
			known = append(known, name)
		}
		slices.Sort(known)
		d.Say(noBox, n.Attr("os"), "Node %q runs %s. k8splan knows no public box of it for the provider %s, only for %s.%s",
			n.Name, system, made.name, strings.Join(known, ", "),
			cmp.Or(n.OS.DidYouMean(), fmt.Sprintf(" Write one in the target: boxes = { %q = \"organization/box\" }.", system)))
	}
	return box
}

// architectures: a provider only runs machines of its host's architecture.
func (d *decoder) architectures() {
	for _, n := range d.plan.Nodes {
		if first := d.plan.Nodes[0]; n.Arch != first.Arch {
			d.Say(mixedArchitectures, n.Attr("arch"),
				"Node %q is %s and node %q is %s. All machines run on one computer and have its "+
					"architecture. Give all nodes the same arch.",
				n.Name, n.Arch, first.Name, first.Arch)
			return
		}
	}
}

// widest is the shortest prefix of a private network derived from addresses: addresses further apart are probably not in one segment.
const widest = 16

// addresses sets each machine's addresses and finds the network that contains them all.
func (d *decoder) addresses(o *Options, made provider) {
	var v4 []holder
	seen := map[hcl.Range]bool{} // one mistake of a pool is one diagnostic
	for i, n := range d.plan.Nodes {
		at := n.At("address")
		first, second := n.Address, n.SecondaryAddress
		if !first.Is4() {
			first, second = second, first
		}
		if !first.Is4() {
			if !seen[at] {
				d.Say(needsIPv4, at, "Node %q has no IPv4 address. Vagrant configures the private network with one. Give the node an IPv4 "+
					"address, with the IPv6 one as secondary_address.", n.Name)
			}
			seen[at] = true
			continue
		}
		m := &o.Machines[i]
		m.Address = first
		if second.IsValid() {
			m.Second = netip.PrefixFrom(second, d.secondMask(second))
		}
		v4 = append(v4, holder{fmt.Sprintf("Node %q", n.Name), first, at})
	}
	if vip := d.plan.LoadBalancer.VirtualIP; vip.Is4() {
		v4 = append(v4, holder{"The virtual IP", vip, d.plan.LoadBalancer.Attr("virtual_ip")})
	}
	for _, p := range v4 {
		allowed := len(made.allowed) == 0 || slices.ContainsFunc(made.allowed, func(r netip.Prefix) bool { return r.Contains(p.addr) })
		if !allowed && !seen[p.at] {
			seen[p.at] = true
			var ranges []string
			for _, r := range made.allowed {
				ranges = append(ranges, r.String())
			}
			d.Say(virtualBoxRange, p.at,
				"%s has the address %s. VirtualBox refuses host-only addresses outside %s, so `vagrant "+
					"up` would fail. Use an address in that range.",
				p.who, p.addr, strings.Join(ranges, ", "))
		}
	}
	if len(seen) != 0 || len(v4) == 0 {
		return
	}
	o.Network = d.network(v4)
	if !o.Network.IsValid() {
		return
	}
	for _, p := range v4 {
		if p.addr == o.Network.Addr().Next() {
			d.Say(hostAddress, p.at,
				"%s has the address %s, the first one of the private network %s. The computer that runs Vagrant has this "+
					"address. Use another one.", p.who, p.addr, o.Network)
		}
	}
}

// holder is an address, its owner, and its source range.
type holder struct {
	who  string
	addr netip.Addr
	at   hcl.Range
}

// network returns the node subnet that the user set, if it contains all addresses, or the smallest network up to /24 that does.
func (d *decoder) network(places []holder) netip.Prefix {
	holds := func(p netip.Prefix) bool {
		return !slices.ContainsFunc(places, func(a holder) bool { return !p.Contains(a.addr) })
	}
	for _, s := range d.plan.Network.NodeSubnets {
		if holds(s) {
			return s.Masked()
		}
	}
	for bits := 24; bits >= widest; bits-- {
		if p := netip.PrefixFrom(places[0].addr, bits).Masked(); holds(p) {
			return p
		}
	}
	for _, a := range places {
		if !netip.PrefixFrom(places[0].addr, widest).Masked().Contains(a.addr) {
			d.Say(oneNetwork, a.at, "%s has the address %s, far from %s. All machines share one private network, a /%d or smaller. Use "+
				"addresses that are closer together, or write the network: network { node_subnets = [\"…\"] }.",
				a.who, a.addr, places[0].addr, widest)
			break
		}
	}
	return netip.Prefix{}
}

func (d *decoder) secondMask(a netip.Addr) int {
	for _, s := range d.plan.Network.NodeSubnets {
		if s.Contains(a) {
			return s.Bits()
		}
	}
	if a.Is4() {
		return 24
	}
	return 64
}

// overlaps: the first card of every machine is on the provider's network. Package check compares it with pods and Services, but does not
// know the nodes' addresses.
func (d *decoder) overlaps(o *Options, made provider) {
	if o.Network.IsValid() && made.nat.IsValid() && o.Network.Overlaps(made.nat) {
		n := d.plan.Nodes[0]
		d.Say(natOverlap, n.At("address"), "The nodes' network %s overlaps %s, the network of each machine's first card with "+
			"the provider %s. Replies would leave through the wrong card. Use other addresses.",
			o.Network, made.nat, made.name)
	}
}

func (d *decoder) hostMemory(o *Options, b body) {
	if b.HostMemory == nil {
		return
	}
	has := d.size("host_memory", b.HostMemory, 0)
	var wanted int64
	for _, m := range o.Machines {
		wanted += m.MemoryMiB * mebibyte
	}
	if has != 0 && wanted > has {
		d.Say(tooMuchMemory, d.At("host_memory"), "%s %d MiB in total, but the computer has %d MiB. "+
			"Define fewer or smaller machines.",
			spelling.Quantity(len(o.Machines), "machine needs", "machines need"), wanted/mebibyte, has/mebibyte)
	}
}
