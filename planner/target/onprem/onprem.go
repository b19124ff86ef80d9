// Package onprem is shared by the targets that create or install machines on premises: the network segment of their addresses, their
// default sizes, and identities that are derived only from names.
//
// The package is internal to k8splan and makes no compatibility promise.
package onprem

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
	"github.com/k8splan/k8splan/planner/target/cloudinit"
)

// Written has the arguments that every such target's block takes; the target's struct embeds it.
type Written struct {
	Subnets     []string
	Gateways    []string
	Nameservers []string
}

// Arguments returns the schema of Written.
func Arguments() []spec.Argument {
	return []spec.Argument{
		{Name: "subnets", Type: spec.TextList, Field: "Subnets", Example: `["10.0.0.0/24"]`,
			Doc: "Range of the machines' network segment, " +
				"one of each family. Default: network.node_subnets."},
		{Name: "gateways", Type: spec.TextList, Field: "Gateways", Example: `["10.0.0.1"]`,
			Doc: "Router of each range. Default: the first address of each."},
		{Name: "nameservers", Type: spec.TextList, Field: "Nameservers", Example: `["10.0.0.1"]`,
			Doc: "Name servers. Default: the routers."},
	}
}

// Segment is the machines' network, with all values filled in.
type Segment struct {
	Subnets     []netip.Prefix
	Gateways    []netip.Addr // in the order of Subnets
	Nameservers []netip.Addr
}

// Say reports a mistake.
type Say func(broken *rule.Rule, at hcl.Range, format string, args ...any)

// Segment checks the arguments against the plan. It reports every mistake that it finds; the segment is complete if there is none.
func (w Written) Segment(p *plan.Plan, at *spec.Source, rules Rules, say Say) Segment {
	var s Segment
	place := at.Attr("subnets")
	for _, text := range w.Subnets {
		prefix, err := netip.ParsePrefix(text)
		if err != nil || prefix != prefix.Masked() {
			say(rules.Argument, place, "subnets contains %q, which is not a range. Write its first address and its prefix length, "+
				"such as \"10.0.0.0/24\".", text)
			continue
		}
		s.Subnets = append(s.Subnets, prefix)
	}
	if w.Subnets == nil {
		s.Subnets, place = p.Network.NodeSubnets, p.Network.Attr("node_subnets")
	}
	four, six := 0, 0
	for _, prefix := range s.Subnets {
		if prefix.Addr().Is4() {
			four++
		} else {
			six++
		}
	}
	switch {
	case len(s.Subnets) < len(w.Subnets):
		return s
	case len(s.Subnets) == 0:
		say(rules.Argument, at.Block(), "The target needs the range of the machines' network. Each machine gets its prefix length: "+
			"subnets = [\"10.0.0.0/24\"].")
		return s
	case four > 1 || six > 1:
		say(rules.Argument, place, "The machines share one segment, which has one range of each family; there are %d. Write the "+
			"machines' range in subnets.", len(s.Subnets))
		return s
	}
	switch s.Gateways = addresses(w.Gateways, "gateways", at, rules, say); {
	case w.Gateways == nil:
		for _, prefix := range s.Subnets {
			s.Gateways = append(s.Gateways, prefix.Addr().Next())
		}
	case len(s.Gateways) == len(w.Gateways):
		if len(s.Gateways) != len(s.Subnets) || slices.ContainsFunc(s.Gateways, func(a netip.Addr) bool { return !s.holds(a) }) {
			say(rules.Argument, at.Attr("gateways"), "gateways must contain one address of each range of the segment, in the same order: "+
				"%s.",
				strings.Join(plan.Texts(s.Subnets), ", "))
		}
	}
	if s.Nameservers = addresses(w.Nameservers, "nameservers", at, rules, say); w.Nameservers == nil {
		s.Nameservers = s.Gateways
	}
	s.nodes(p, rules, say)
	for _, prefix := range s.Subnets {
		for _, of := range []struct {
			ranges []netip.Prefix
			what   string
		}{{p.Network.PodSubnets, "the pods' range"}, {p.Network.ServiceSubnets, "the Services' range"}} {
			for _, r := range of.ranges {
				if prefix.Overlaps(r) && w.Subnets != nil { // package check reports those of the block network
					say(rules.Overlap, place, "%s, the machines' segment, overlaps %s %s. Packets for one would go to the other.",
						prefix, of.what, r)
				}
			}
		}
	}
	return s
}

func addresses(texts []string, name string, at *spec.Source, rules Rules, say Say) []netip.Addr {
	var out []netip.Addr
	for _, text := range texts {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			say(rules.Argument, at.Attr(name), "%s contains %q, which is not an IP address. Write addresses such as \"10.0.0.1\".", name,
				text)
			continue
		}
		out = append(out, a)
	}
	return out
}

// nodes checks that each machine's addresses are in the segment and are neither the router's nor the segment's own.
func (s Segment) nodes(p *plan.Plan, rules Rules, say Say) {
	type holder struct {
		who  string
		addr netip.Addr
		at   hcl.Range
	}
	var all []holder
	for _, n := range p.Nodes {
		all = append(all, holder{fmt.Sprintf("Node %q", n.Name), n.Address, n.At("address")})
		if n.SecondaryAddress.IsValid() {
			all = append(all, holder{fmt.Sprintf("Node %q", n.Name), n.SecondaryAddress, n.At("secondary_address")})
		}
	}
	if vip := p.LoadBalancer.VirtualIP; vip.IsValid() && p.LoadBalancer.Kind == plan.HAProxy ||
		vip.IsValid() && p.LoadBalancer.Mode == "arp" {
		all = append(all, holder{"The virtual IP", vip, p.LoadBalancer.Attr("virtual_ip")})
	}
	said := map[hcl.Range]bool{}
	for _, h := range all {
		if !h.addr.IsValid() || said[h.at] {
			continue
		}
		switch prefix, ok := s.Of(h.addr); {
		case !ok:
			say(rules.Outside, h.at, "%s has the address %s, which is not in the machines' segment %s.", h.who, h.addr,
				strings.Join(plan.Texts(s.Subnets), ", "))
		case slices.Contains(s.Gateways, h.addr):
			say(rules.Taken, h.at, "%s has the address %s, which is the router's. Use another one, or write the router in gateways.",
				h.who, h.addr)
		case h.addr.Is4() && (h.addr == prefix.Addr() || h.addr == last(prefix)) && prefix.Bits() < 31:
			say(rules.Taken, h.at, "%s has the address %s, the network or broadcast address of %s. Use another one.", h.who,
				h.addr, prefix)
		default:
			continue
		}
		said[h.at] = true
	}
}

// Of returns the range of the segment that contains an address.
func (s Segment) Of(a netip.Addr) (netip.Prefix, bool) {
	for _, prefix := range s.Subnets {
		if prefix.Contains(a) {
			return prefix, true
		}
	}
	return netip.Prefix{}, false
}

func (s Segment) holds(a netip.Addr) bool { _, ok := s.Of(a); return ok }

// Addresses returns a node's addresses, each with the prefix length of its range.
func (s Segment) Addresses(n *plan.Node) []netip.Prefix {
	var out []netip.Prefix
	for _, a := range []netip.Addr{n.Address, n.SecondaryAddress} {
		if prefix, ok := s.Of(a); ok {
			out = append(out, netip.PrefixFrom(a, prefix.Bits()))
		}
	}
	return out
}

// RoutersOf returns the routers of a node's address families.
func (s Segment) RoutersOf(n *plan.Node) []netip.Addr {
	var out []netip.Addr
	for i, g := range s.Gateways {
		if s.Subnets[i].Contains(n.Address) || n.SecondaryAddress.IsValid() && s.Subnets[i].Contains(n.SecondaryAddress) {
			out = append(out, g)
		}
	}
	return out
}

// Port checks that the first boot can configure sshd with the topology's port.
func Port(p *plan.Plan, rules Rules, say Say) {
	for _, n := range p.Nodes {
		if p.SSH.Port != 22 && target.Confined(n.OS) {
			say(rules.Argument, p.SSH.Attr("port"), target.ConfinedPort, p.SSH.Port, n.Name, n.OS)
			return
		}
	}
}

// Machine returns a node's cloud-init input. mac is the address of the card, "" if the node has only one card.
func (s Segment) Machine(p *plan.Plan, n *plan.Node, mac string) cloudinit.Machine {
	return cloudinit.Machine{
		Cluster: p.Cluster.Name, Name: n.Name, User: p.SSH.User, SSHPort: p.SSH.Port,
		Network: cloudinit.Network{MAC: mac, Interface: n.Interface, Addresses: s.Addresses(n), Gateways: s.RoutersOf(n),
			Nameservers: s.Nameservers, MTU: p.Network.MTU},
	}
}

// last returns the highest address of an IPv4 range.
func last(p netip.Prefix) netip.Addr {
	a := p.Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		a[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(a)
}

// Default machine size if the topology sets none: kubeadm's minimum number of CPUs and twice its minimum memory (1700 MB,
// https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/), and a disk with room for images and logs.
const (
	defaultCPUs    = 2
	defaultMemory  = 4 << 30
	defaultDisk    = 50 << 30
	DefaultOS      = "ubuntu-24.04" // the most widely tested
	mebibyte       = 1 << 20
	addressesOfKVM = "525400" // QEMU's MAC address prefix
)

// Size returns a machine's number of CPUs, and bytes of memory and of disk.
func Size(n *plan.Node) (cpus int, memory, disk int64) {
	cpus, memory, disk = n.CPUs, n.MemoryBytes, n.DiskBytes
	if cpus == 0 {
		cpus = defaultCPUs
	}
	if memory == 0 {
		memory = defaultMemory
	}
	if disk == 0 {
		disk = defaultDisk
	}
	return cpus, (memory + mebibyte - 1) / mebibyte * mebibyte, disk
}

// System returns a node's operating system as written in the language, and whether the user set it.
func System(n *plan.Node) (string, bool) {
	if n.OS.Name == "" {
		return DefaultOS, false
	}
	return n.OS.String(), true
}

// UUID returns a unique ID for a named object of a cluster: version 5 of RFC 9562, from the two names.
func UUID(cluster, name string) string {
	// The namespace of URLs from the same RFC.
	space, _ := hex.DecodeString("6ba7b8119dad11d180b400c04fd430c8")
	sum := sha1.Sum(append(space, "https://github.com/k8splan/k8splan#"+cluster+"/"+name...))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}

// MACs returns virtual machines' MAC addresses by node name: the user's, or one derived from the names of cluster and node in QEMU's range.
// All are distinct.
func MACs(p *plan.Plan) map[string]string {
	out, taken := map[string]string{}, map[string]bool{}
	for _, n := range p.Nodes {
		if n.MAC != "" {
			out[n.Name], taken[n.MAC] = n.MAC, true
		}
	}
	for _, n := range p.Nodes {
		for turn := 0; out[n.Name] == ""; turn++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", p.Cluster.Name, n.Name, turn))
			digits := addressesOfKVM + hex.EncodeToString(sum[:3])
			var pairs []string
			for pair := range slices.Chunk([]byte(digits), 2) {
				pairs = append(pairs, string(pair))
			}
			if mac := strings.Join(pairs, ":"); !taken[mac] {
				out[n.Name], taken[mac] = mac, true
			}
		}
	}
	return out
}

// Known lists the keys of a table in order, for a message.
func Known[T any](table map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(table)), ", ")
}

// Rules are shared by all such targets, with separate IDs per target.
type Rules struct{ Argument, Outside, Taken, Overlap *rule.Rule }

// RulesOf returns a target's shared rules. fix is a sentence on what its block takes in addition to Written.
func RulesOf(target, fix string) Rules {
	return Rules{
		Argument: &rule.Rule{
			ID: target + "-argument", Title: "Malformed " + target + " target", Permanent: true,
			Doc: "A mistake in this block would show only after some of the machines exist.",
			Fix: fix + " subnets, gateways, and nameservers describe the machines' segment.",
		},
		Outside: &rule.Rule{
			ID: target + "-address-outside-subnet", Title: "Address outside the machines' segment", Permanent: true,
			Doc: "A machine gets its address together with the prefix length and router of its segment. With an address from another " +
				"range, it reaches no other host.",
			Fix: "Use addresses of the segment, or correct subnets.",
		},
		Taken: &rule.Rule{
			ID: target + "-address-taken", Title: "Address reserved by the segment", Permanent: true,
			Doc: "The router has an address in the segment, and the first and last addresses of an IPv4 range are its network and " +
				"broadcast addresses. A machine with one of them breaks the network for all others.",
			Fix: "Use another address, or write the router in gateways.",
		},
		Overlap: &rule.Rule{
			ID: target + "-range-overlap", Title: "Machines' segment that overlaps pods or Services", Permanent: true,
			Doc: "A host routes the cluster's ranges into the cluster. Pods cannot reach machines whose addresses are in these ranges.",
			Fix: "Give machines, pods, and Services separate ranges.",
		},
	}
}

// List returns the shared rules and the target's own.
func (r Rules) List(own ...*rule.Rule) []*rule.Rule {
	return append([]*rule.Rule{r.Argument, r.Outside, r.Taken, r.Overlap}, own...)
}
