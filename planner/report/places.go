package report

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Place is a failure domain with its contents, or all nodes without one.
type Place struct {
	Zone   string // the whole path, room-1/rack-a; "" for nodes without a failure domain
	Hosts  []Hypervisor
	Places []Place
}

// Hypervisor is a hypervisor in a failure domain, or the machines without one.
type Hypervisor struct {
	Host   string // "" for the machines without
	Groups []Group
}

// Group holds machines of one pool with the same roles in one place: a single machine, or several if there are many.
type Group struct{ Nodes []*plan.Node }

// Places sorts nodes into failure domains and hypervisors; those without come last. A pool's machines in one place form a single group if
// there are more than a few.
func Places(p *plan.Plan) []Place { return places(p.Nodes, folded) }

// mostPlaces is how many failure domains, and how many hypervisors, a picture of bounded size shows. Above that, nested levels of failure
// domains are omitted, the deepest first, and so are hypervisors.
const mostPlaces = 48

// mostGroups is how many cards a picture of bounded size shows. Above that, all machines of the same roles in one place share a card.
const mostGroups = 300

// sorter puts nodes into places.
type sorter struct {
	most   int  // machines of a pool that are shown individually in a place
	levels int  // levels of failure domains that become places
	hosts  bool // hypervisors are shown
	roles  bool // machines of the same roles share a group, whatever their pools
}

// places sorts nodes. At most so many machines of a pool are shown individually in a place.
func places(nodes []*plan.Node, most int) []Place {
	return sorter{most: most, levels: 1 << 30, hosts: true}.inside(0, nodes)
}

// fewPlaces is places with a limit on their number.
func fewPlaces(nodes []*plan.Node, most int) []Place {
	var levels []map[string]bool
	hosts := map[string]bool{}
	for _, n := range nodes {
		for level, domain := range plan.Around(n.FailureDomain) {
			if level == len(levels) {
				levels = append(levels, map[string]bool{})
			}
			levels[level][domain] = true
		}
		hosts[n.Carrier()] = true
	}
	s := sorter{most: most, hosts: len(hosts) <= mostPlaces}
	for s.levels < len(levels) && len(levels[s.levels]) <= mostPlaces {
		s.levels++
	}
	out := s.inside(0, nodes)
	groups := 0
	for _, place := range out {
		place.each(func(p Place) {
			for _, h := range p.Hosts {
				groups += len(h.Groups)
			}
		})
	}
	if groups > mostGroups {
		s.roles = true
		out = s.inside(0, nodes)
	}
	return out
}

// inside sorts nodes by their failure domains of a level, and recursively by deeper levels.
func (s sorter) inside(level int, nodes []*plan.Node) []Place {
	var out []Place
	for _, in := range grouped(nodes, func(n *plan.Node) string { return s.domain(n, level) }) {
		place := Place{Zone: s.domain(in[0], level)}
		var own, deeper []*plan.Node
		for _, n := range in {
			if s.domain(n, level+1) != "" {
				deeper = append(deeper, n)
			} else {
				own = append(own, n)
			}
		}
		if len(own) > 0 {
			place.Hosts = s.on(own)
		}
		if len(deeper) > 0 {
			place.Places = s.inside(level+1, deeper)
		}
		out = append(out, place)
	}
	return out
}

// domain returns a node's failure domain at a level, "" if it has none there.
func (s sorter) domain(n *plan.Node, level int) string {
	if around := plan.Around(n.FailureDomain); level < min(s.levels, len(around)) {
		return around[level]
	}
	return ""
}

// on sorts nodes by hypervisors and pools.
func (s sorter) on(nodes []*plan.Node) []Hypervisor {
	all := grouped(nodes, (*plan.Node).Carrier)
	if !s.hosts {
		all = [][]*plan.Node{nodes}
	}
	out := make([]Hypervisor, len(all))
	for i, on := range all {
		if s.hosts {
			out[i].Host = on[0].Carrier()
		}
		for _, pool := range s.runs(on) {
			if len(pool) > s.most {
				out[i].Groups = append(out[i].Groups, Group{pool})
				continue
			}
			for _, n := range pool {
				out[i].Groups = append(out[i].Groups, Group{[]*plan.Node{n}})
			}
		}
	}
	return out
}

// name returns the last part of the place's path.
func (place Place) name() string { return place.Zone[strings.LastIndexByte(place.Zone, '/')+1:] }

// each visits a place and all nested places.
func (place Place) each(visit func(Place)) {
	visit(place)
	for _, in := range place.Places {
		in.each(visit)
	}
}

// grouped groups nodes by key, sorted by key; nodes without a key come last.
func grouped(nodes []*plan.Node, of func(*plan.Node) string) [][]*plan.Node {
	by := map[string][]*plan.Node{}
	var keys []string
	for _, n := range nodes {
		k := of(n)
		if by[k] == nil {
			keys = append(keys, k)
		}
		by[k] = append(by[k], n)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if (a == "") != (b == "") {
			return strings.Compare(b, a)
		}
		return strings.Compare(a, b)
	})
	out := make([][]*plan.Node, len(keys))
	for i, k := range keys {
		out[i] = by[k]
	}
	return out
}

// runs groups the machines of a pool: balancers and control planes before workers.
func (s sorter) runs(nodes []*plan.Node) [][]*plan.Node {
	out := plan.ByPool(nodes)
	if s.roles {
		out = plan.Grouped(nodes, func(n *plan.Node) plan.Roles { return n.Roles })
	}
	slices.SortStableFunc(out, func(a, b []*plan.Node) int { return rank(a[0]) - rank(b[0]) })
	return out
}

// rank orders machines along the path of a request.
func rank(n *plan.Node) int {
	switch {
	case n.Roles.Has(plan.Balancer):
		return 0
	case n.Roles.Has(plan.ControlPlane):
		return 1
	case n.Roles.Has(plan.EtcdRole):
		return 2
	}
	return 3
}

// Lines describes a group: name, roles, and address.
func (g Group) Lines() []string {
	first, last := g.Nodes[0], g.Nodes[len(g.Nodes)-1]
	lines := []string{first.Name, first.Roles.Words()}
	if len(g.Nodes) > 1 {
		lines = []string{first.Name + " … " + last.Name, spelling.Quantity(len(g.Nodes), "machine", "machines") + ": " + lines[1]}
	}
	switch from, to := text(first.Address), text(last.Address); {
	case from == "":
	case from == to:
		lines = append(lines, from)
	default:
		lines = append(lines, from+" … "+to)
	}
	return lines
}

func (place Place) items(b *builder, ids map[string]string) []Item {
	var items []Item
	for _, h := range place.Hosts {
		var machines []Item
		for _, g := range h.Groups {
			item := Item{ID: b.id(), Lines: g.Lines()}
			if g.Nodes[0].Roles == plan.EtcdRole {
				item.Shape = Data
			}
			for _, n := range g.Nodes {
				ids[n.Name] = item.ID
			}
			machines = append(machines, item)
		}
		if h.Host != "" {
			machines = []Item{{ID: b.id(), Lines: []string{h.Host}, Items: machines}}
		}
		items = append(items, machines...)
	}
	for _, in := range place.Places {
		items = append(items, Item{ID: b.id(), Lines: []string{in.name()}, Items: in.items(b, ids)})
	}
	return items
}

// AddressRange is a range that the design uses, or several of one kind if there are many.
type AddressRange struct {
	What   string // "Pods", "Services", "Nodes", "Reserved"
	Prefix netip.Prefix
	Others []netip.Prefix // after the first, in order
	Room   string         // how much of it is taken and free, in words
}

// Label names the range, or the first and the last.
func (r AddressRange) Label() string {
	label := r.What + " " + r.Prefix.String()
	if n := len(r.Others); n > 0 {
		label += " … " + r.Others[n-1].String()
	}
	return label
}

// mostRanges is how many ranges of one kind in one address block are shown individually.
const mostRanges = 6

// blocks returns the parts of the address space that are drawn separately.
func blocks() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"),
	}
}

// blockOf returns the first block that contains a range.
func blockOf(r netip.Prefix) netip.Prefix {
	for _, b := range blocks() {
		if b.Overlaps(r) && b.Bits() <= r.Bits() {
			return b
		}
	}
	return netip.Prefix{}
}

// foldRanges joins the ranges of one kind in one block if there are many. room describes how much of a range is taken.
func foldRanges(all []AddressRange, p *plan.Plan) []AddressRange {
	type kind struct {
		what  string
		block netip.Prefix
	}
	count, at := map[kind]int{}, map[kind]int{}
	for _, r := range all {
		count[kind{r.What, blockOf(r.Prefix)}]++
	}
	var out []AddressRange
	for _, r := range all {
		k := kind{r.What, blockOf(r.Prefix)}
		i, ok := at[k]
		switch {
		case count[k] <= mostRanges:
			out = append(out, r)
		case !ok:
			at[k] = len(out)
			r.Room = spelling.Quantity(count[k], "range", "ranges")
			out = append(out, r)
		default:
			out[i].Others = append(out[i].Others, r.Prefix)
		}
	}
	for i, r := range out {
		if len(r.Others) > 0 && r.What == "Nodes" {
			out[i].Room += ", " + spelling.Quantity(machinesIn(p, append(r.Others, r.Prefix)), "machine", "machines")
		}
	}
	return out
}

// Ranges lists the ranges of the design in address order.
func Ranges(p *plan.Plan) []AddressRange {
	n := &p.Network
	var out []AddressRange
	for _, s := range n.PodSubnets {
		room := ""
		if capacity := n.NodeCapacity(); capacity > 0 && capacity < 1<<30 {
			used := len(p.KubeletNodes())
			room = fmt.Sprintf("%s of %s shares taken, %s free", spelling.Thousands(used), spelling.Thousands(capacity),
				spelling.Thousands(max(0, capacity-used)))
		}
		out = append(out, AddressRange{What: "Pods", Prefix: s.Masked(), Room: room})
	}
	for _, s := range n.ServiceSubnets {
		room := ""
		if v := n.ServiceCapacity(); v.IsInt64() {
			room = "room for " + spelling.Thousands(int(v.Int64())) + " Services"
		}
		out = append(out, AddressRange{What: "Services", Prefix: s.Masked(), Room: room})
	}
	for _, s := range n.NodeSubnets {
		out = append(out, AddressRange{What: "Nodes", Prefix: s.Masked(), Room: nodesIn(p, s)})
	}
	for _, s := range n.ReservedSubnets {
		out = append(out, AddressRange{What: "Reserved", Prefix: s.Masked(), Room: "in use outside of the cluster"})
	}
	slices.SortStableFunc(out, func(a, b AddressRange) int { return a.Prefix.Addr().Compare(b.Prefix.Addr()) })
	return foldRanges(out, p)
}

// machinesIn counts the machines with an address in any of these ranges.
func machinesIn(p *plan.Plan, ranges []netip.Prefix) int {
	used := 0
	for _, node := range p.Nodes {
		if slices.ContainsFunc(ranges, func(s netip.Prefix) bool {
			return s.Contains(node.Address) || node.SecondaryAddress.IsValid() && s.Contains(node.SecondaryAddress)
		}) {
			used++
		}
	}
	return used
}

// nodesIn describes how many machines are in a range.
func nodesIn(p *plan.Plan, s netip.Prefix) string {
	used := machinesIn(p, []netip.Prefix{s})
	bits := s.Addr().BitLen() - s.Bits()
	if bits > 30 {
		return spelling.Quantity(used, "machine", "machines")
	}
	free := 1<<bits - used
	if s.Addr().Is4() && bits > 1 {
		free -= 2
	}
	return fmt.Sprintf("%s, %s free", spelling.Quantity(used, "machine", "machines"), spelling.Thousands(max(0, free)))
}

// Step is a step of the bring-up.
type Step struct {
	What string
	On   []string // the machines, in words
	Gate string   // what the next step waits for; "" for nothing
}

// Steps lists the playbook's bring-up steps in order. If the target brings the cluster up, there is one step.
func Steps(p *plan.Plan) []Step {
	facts := &p.Target.Facts
	if facts.Hosting != plan.Hosts || p.Bootstrap() == nil {
		what := facts.Title + " makes the cluster"
		if facts.Make != "" {
			what = facts.Make
		}
		return []Step{{What: what, Gate: "every node is Ready"}}
	}
	var steps []Step
	add := func(what, gate string, nodes []*plan.Node) {
		if len(nodes) > 0 {
			steps = append(steps, Step{what, []string{namesOf(nodes)}, gate})
		}
	}
	if facts.Make != "" {
		add(facts.Make, "every machine accepts logins", p.Nodes)
	}
	add("prepare the hosts: "+p.Runtime.Name+", kubelet, kubeadm", "the container runtime answers", p.KubeletNodes())
	add("start the load balancers", "haproxy listens on port "+strconv.Itoa(p.LoadBalancer.Port), p.LoadBalancer.Nodes)
	if p.Etcd.IsExternal() && !p.Etcd.Foreign() {
		members := make([]*plan.Node, len(p.Etcd.Members))
		for i, m := range p.Etcd.Members {
			members[i] = m.Node
		}
		healthy := fmt.Sprintf("%d of %s healthy", len(members), spelling.Quantity(len(members), "member is", "members are"))
		add("issue certificates and start etcd", healthy, members)
	}
	first := p.Bootstrap()
	endpoint := "the API answers at " + p.Cluster.Endpoint.String()
	add("kubeadm init", endpoint, []*plan.Node{first})
	if p.Network.CNI.Name != plan.NoCNI {
		add("apply the pod network "+p.Network.CNI.Called(), "", []*plan.Node{first})
	}
	others := slices.DeleteFunc(p.ControlPlanes(), func(n *plan.Node) bool { return n == first })
	gate := "each API server is ready"
	if !p.Etcd.IsExternal() {
		gate = "each etcd member has caught up and each API server is ready"
	}
	add("join the other control planes, one by one", gate, others)
	workers := slices.DeleteFunc(p.Workers(), func(n *plan.Node) bool { return n.Roles.Has(plan.ControlPlane) })
	add("join the workers, all at once", "", workers)
	add("verify the cluster", "every node is Ready, and CoreDNS answers", []*plan.Node{first})
	if len(p.Addons) > 0 {
		names := make([]string, len(p.Addons))
		for i, a := range p.Addons {
			names[i] = a.Name
		}
		add("apply the addons "+strings.Join(names, ", "), "", []*plan.Node{first})
	}
	return steps
}

// namesOf lists nodes; the machines of a pool are shortened to the first and the last.
func namesOf(nodes []*plan.Node) string {
	var out []string
	for i := 0; i < len(nodes); {
		j := i + 1
		for j < len(nodes) && nodes[i].Pool != "" && nodes[j].Pool == nodes[i].Pool {
			j++
		}
		switch {
		case j-i > 2:
			out = append(out, nodes[i].Name+" … "+nodes[j-1].Name)
		default:
			for _, n := range nodes[i:j] {
				out = append(out, n.Name)
			}
		}
		i = j
	}
	if len(out) > folded {
		out = append(out[:folded-1], fmt.Sprintf("and %d more", len(out)-folded+1))
	}
	return strings.Join(out, ", ")
}

// text formats an address, "" for none.
func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
