// Package simulate determines what a design survives: pure functions from a plan and a set of failures to a verdict per capability.
//
// The model describes who needs whom. An etcd member serves if it reaches a leader that reaches a quorum. An API server works if it reaches
// a serving member: its own when etcd is stacked, any when it is external. The endpoint works from a place if the balancer or control plane
// there reaches a working API server. Controllers and the scheduler work next to a working API server, which in kubeadm clusters is the one
// they connect to. Kubelets keep their pods, and kube-proxy its rules, without any of this.
//
// Sources: https://etcd.io/docs/v3.6/op-guide/failures/ (quorum, minority, and leader failures),
// https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/ (who connects to whom),
// https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller (what happens to unreachable nodes).
package simulate

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

// Kind is a kind of failure unit.
type Kind string

// The kinds of failure units.
const (
	NodeUnit     Kind = "node"     // a machine: power, kernel, or disk
	ZoneUnit     Kind = "zone"     // a failure domain with everything in it
	HostUnit     Kind = "host"     // a hypervisor with all of its virtual machines
	PowerUnit    Kind = "power"    // a power feed with every machine that depends on it
	BalancerUnit Kind = "balancer" // only the balancing process; the machine keeps running
	CutUnit      Kind = "cut"      // the network between two failure domains
)

// Unit is a unit that fails as a whole, and the nodes that go down with it.
type Unit struct {
	Kind  Kind
	Name  string
	nodes []int // indices into the model's nodes; empty for a balancer process
}

// String returns kind/name, the format of --kill.
func (u Unit) String() string { return string(u.Kind) + "/" + u.Name }

// Nodes is how many nodes go down with the unit.
func (u Unit) Nodes() int { return len(u.nodes) }

// Cut is a lost network path between two failure domains; both still reach every other domain.
type Cut struct{ A, B string }

// String returns a:b, the format of --cut.
func (c Cut) String() string { return c.A + ":" + c.B }

// Failure is everything that fails at the same time.
type Failure struct {
	Units []Unit
	Cuts  []Cut
}

// String joins units and cuts with " + ".
func (f Failure) String() string {
	var parts []string
	for _, u := range f.Units {
		parts = append(parts, u.String())
	}
	for _, c := range f.Cuts {
		parts = append(parts, "cut "+c.String())
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, " + ")
}

// external is the name of the unit for a balancer that the plan does not set up. A balancer in the plan may have this name too.
const external = "external"

// isExternal reports whether a unit is the external balancer: a plan with one has no balancers itself.
func (m *Model) isExternal(u Unit) bool {
	return u.Kind == BalancerUnit && m.p.LoadBalancer.Kind == plan.ExternalBalancer
}

// Model is the model of one plan. It is never modified after New.
type Model struct {
	p       *plan.Plan
	nodes   []*plan.Node
	cps     []int // indices of control planes
	members []int // indices of nodes with an etcd member
	lbs     []int // indices of balancer nodes: haproxy's hosts, or kube-vip's control planes
	// haproxy balancers whose own addresses the endpoint may resolve to; none if a virtual IP moves between them
	dialed []int
	// astray are the hosts that may take over the virtual IP but are in a different network segment, where no router forwards it to them.
	astray  map[int]bool
	workers []int
	kubelet []int
	zones   []string // sorted; only "" if no node states one
	places  []string // failure domains and those that contain them, sorted
	hosts   []string
	feeds   []string
	dns     []int // where CoreDNS runs; nil: unknown
	index   map[string]int
	units   []Unit   // nodes in plan order, balancer processes, hypervisors, power feeds, failure domains
	zone    []int    // by node: index in zones
	kinds   []string // by node: everything that distinguishes it, except its failure domain
}

// New builds the model of a plan.
func New(p *plan.Plan) *Model {
	m := &Model{p: p, nodes: p.Nodes, index: make(map[string]int, len(p.Nodes))}
	zones, places, hosts, feeds := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, n := range p.Nodes {
		m.index[n.Name] = i
		zones[n.FailureDomain] = true
		for _, place := range plan.Around(n.FailureDomain) {
			places[place] = true
		}
		if host := n.Carrier(); host != "" {
			hosts[host] = true
		}
		if n.Power != "" {
			feeds[n.Power] = true
		}
		if n.Roles.Has(plan.ControlPlane) {
			m.cps = append(m.cps, i)
		}
		if n.Roles.Has(plan.Worker) {
			m.workers = append(m.workers, i)
		}
		if n.Roles&(plan.ControlPlane|plan.Worker) != 0 {
			m.kubelet = append(m.kubelet, i)
		}
	}
	for _, member := range p.Etcd.Members {
		m.members = append(m.members, m.index[member.Name])
	}
	switch p.LoadBalancer.Kind {
	case plan.HAProxy:
		for _, n := range p.LoadBalancer.Nodes {
			m.lbs = append(m.lbs, m.index[n.Name])
			if host := p.Cluster.Endpoint.Host; host != "" &&
				slices.Contains([]string{n.Name, n.Address.String(), n.SecondaryAddress.String(), n.PublicAddress}, host) {
				m.dialed = []int{m.index[n.Name]} // the endpoint bypasses the others
			}
		}
		if m.dialed == nil && !p.LoadBalancer.VirtualIP.IsValid() {
			m.dialed = m.lbs
		}
	case plan.KubeVIP:
		m.lbs = m.cps
	}
	m.zones, m.places, m.hosts, m.feeds = sortedKeys(zones), sortedKeys(places), sortedKeys(hosts), sortedKeys(feeds)
	m.zone = make([]int, len(m.nodes))
	for i, n := range m.nodes {
		m.zone[i], _ = slices.BinarySearch(m.zones, n.FailureDomain)
	}
	m.stray()
	m.units = m.list()
	m.kinds = m.tellApart()
	return m
}

// stray finds hosts whose segment differs from the virtual IP's, or from that of most of them if none shares the virtual IP's segment.
func (m *Model) stray() {
	vip := m.p.LoadBalancer.VirtualIP
	in := map[netip.Prefix][]int{}
	home := m.p.Segment(vip).Prefix
	for _, n := range m.p.MovingVirtualIP() {
		if a := n.OfFamily(vip); a.IsValid() && m.dialed == nil {
			s := m.p.Segment(a).Prefix
			in[s] = append(in[s], m.index[n.Name])
		}
	}
	if len(in) < 2 {
		return
	}
	if len(in[home]) == 0 {
		for s, hosts := range in {
			if len(hosts) > len(in[home]) || len(hosts) == len(in[home]) && s.Addr().Less(home.Addr()) {
				home = s
			}
		}
	}
	m.astray = map[int]bool{}
	for s, hosts := range in {
		for _, i := range hosts {
			m.astray[i] = s != home
		}
	}
}

// leading returns the balancers that clients can reach: those not astray.
func (m *Model) leading() []int {
	return slices.DeleteFunc(slices.Clone(m.lbs), func(i int) bool { return m.astray[i] })
}

// PlaceDNS returns the model with CoreDNS running on the named nodes, which makes verdicts about DNS exact. It fails for a name that is not
// a node of the plan, or a node without a kubelet.
func (m *Model) PlaceDNS(names []string) (*Model, error) {
	placed := *m
	placed.dns = []int{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		i, ok := m.index[name]
		if !ok {
			return nil, fmt.Errorf("the plan has no node %q", name)
		}
		if !slices.Contains(m.kubelet, i) {
			return nil, fmt.Errorf("%s runs no kubelet, and so no pod of CoreDNS", name)
		}
		placed.dns = append(placed.dns, i)
	}
	placed.kinds = placed.tellApart()
	return &placed, nil
}

// Zones returns the failure domains that nodes state, the deepest level if they are nested, sorted.
func (m *Model) Zones() []string {
	return slices.DeleteFunc(slices.Clone(m.zones), func(z string) bool { return z == "" })
}

// Units returns every unit that can fail: nodes in plan order, balancer processes, hypervisors, failure domains.
func (m *Model) Units() []Unit { return slices.Clone(m.units) }

func (m *Model) list() []Unit {
	units := make([]Unit, len(m.nodes), len(m.nodes)+len(m.lbs)+len(m.hosts)+len(m.feeds)+len(m.places)+1)
	each := make([]int, len(m.nodes))
	for i, n := range m.nodes {
		each[i] = i
		units[i] = Unit{NodeUnit, n.Name, each[i : i+1 : i+1]}
	}
	for _, i := range m.lbs {
		units = append(units, Unit{Kind: BalancerUnit, Name: m.nodes[i].Name})
	}
	if m.p.LoadBalancer.Kind == plan.ExternalBalancer {
		units = append(units, Unit{Kind: BalancerUnit, Name: external})
	}
	units = append(units, m.grouped(HostUnit, m.hosts, (*plan.Node).Carrier)...)
	units = append(units, m.grouped(PowerUnit, m.feeds, func(n *plan.Node) string { return n.Power })...)
	return append(units, m.zoneUnits(m.places)...)
}

// zoneUnits returns failure domains with all nodes in them, including those of nested domains.
func (m *Model) zoneUnits(names []string) []Unit {
	return m.groupedBy(ZoneUnit, names, func(n *plan.Node) []string { return plan.Around(n.FailureDomain) })
}

func (m *Model) grouped(kind Kind, names []string, of func(*plan.Node) string) []Unit {
	return m.groupedBy(kind, names, func(n *plan.Node) []string { return []string{of(n)} })
}

func (m *Model) groupedBy(kind Kind, names []string, of func(*plan.Node) []string) []Unit {
	if len(names) == 0 {
		return nil
	}
	nodes := map[string][]int{}
	for i, n := range m.nodes {
		for _, place := range of(n) {
			nodes[place] = append(nodes[place], i)
		}
	}
	units := make([]Unit, len(names))
	for i, name := range names {
		units[i] = Unit{kind, name, nodes[name]}
	}
	return units
}

// NodesOf names the nodes that go down with a unit, in plan order.
func (m *Model) NodesOf(u Unit) []string {
	names := make([]string, len(u.nodes))
	for i, n := range u.nodes {
		names[i] = m.nodes[n].Name
	}
	return names
}

// Unit finds a unit by kind/name. It fails for an unknown kind or name, and lists the valid ones.
func (m *Model) Unit(text string) (Unit, error) {
	kind, name, ok := strings.Cut(strings.TrimSpace(text), "/")
	if !ok {
		for _, u := range m.units {
			if u.Name == kind {
				return Unit{}, fmt.Errorf("%q lacks its kind: write %s/%s", text, u.Kind, u.Name)
			}
		}
		return Unit{}, fmt.Errorf("%q is not a failure unit: write node/NAME, zone/NAME, power/NAME, host/NAME, or balancer/NAME", text)
	}
	var names []string
	for _, u := range m.units {
		if string(u.Kind) != kind {
			continue
		}
		if u.Name == name {
			return u, nil
		}
		names = append(names, u.Name)
	}
	switch {
	case !slices.Contains([]Kind{NodeUnit, ZoneUnit, PowerUnit, HostUnit, BalancerUnit}, Kind(kind)):
		return Unit{}, fmt.Errorf("unknown unit %q: use node, zone, power, host, or balancer", kind)
	case len(names) == 0:
		return Unit{}, fmt.Errorf("the plan has no %s at all", kind)
	}
	if len(names) > 10 {
		if near := spelling.Nearest(name, names); near != "" {
			return Unit{}, fmt.Errorf("the plan has no %s %q; did you mean %s?", kind, name, near)
		}
		names = append(names[:10:10], "…")
	}
	return Unit{}, fmt.Errorf("the plan has no %s %q; it has %s", kind, name, strings.Join(names, ", "))
}

// Cut finds a cut by zone:zone. It fails if either is not a failure domain of the plan.
func (m *Model) Cut(text string) (Cut, error) {
	a, b, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok || a == b {
		return Cut{}, fmt.Errorf("%q is not a cut: write two failure domains, A:B", text)
	}
	for _, z := range []string{a, b} {
		switch {
		case len(m.Zones()) == 0:
			return Cut{}, errors.New("no node of the plan states a failure domain, so there is nothing to cut")
		case !slices.Contains(m.Zones(), z):
			return Cut{}, fmt.Errorf("the plan has no failure domain %q; it has %s", z, strings.Join(m.Zones(), ", "))
		}
	}
	return Cut{a, b}, nil
}

// world is the plan with a failure applied.
type world struct {
	m        *Model
	dead     []bool // by node
	mute     []bool // by node: its balancer process is down
	external bool   // the external balancer is down
	cuts     map[[2]string]bool
}

func (m *Model) with(f Failure) *world {
	w := &world{m: m, dead: make([]bool, len(m.nodes)), mute: make([]bool, len(m.nodes)), cuts: map[[2]string]bool{}}
	for _, u := range f.Units {
		for _, i := range u.nodes {
			w.dead[i] = true
		}
		switch {
		case m.isExternal(u):
			w.external = true
		case u.Kind == BalancerUnit:
			w.mute[m.index[u.Name]] = true
		}
	}
	for _, c := range f.Cuts {
		w.cuts[[2]string{c.A, c.B}], w.cuts[[2]string{c.B, c.A}] = true, true
	}
	return w
}

// linked reports whether packets pass between two zones.
func (w *world) linked(a, b string) bool { return !w.cuts[[2]string{a, b}] }

// reach reports whether two nodes are up and packets pass between them.
func (w *world) reach(a, b int) bool {
	return !w.dead[a] && !w.dead[b] && w.linked(w.m.nodes[a].FailureDomain, w.m.nodes[b].FailureDomain)
}

// leaders returns the members that could lead: those that reach a quorum, including themselves.
func (w *world) leaders() []int {
	var leaders []int
	for _, l := range w.m.members {
		votes := 0
		for _, v := range w.m.members {
			if w.reach(l, v) {
				votes++
			}
		}
		if votes >= plan.Quorum(len(w.m.members)) {
			leaders = append(leaders, l)
		}
	}
	return leaders
}

// served is the state of a member over all possible leaders. With check-quorum and pre-vote, a leader stays while it has a quorum, so a
// member that is cut off from it neither serves nor replaces it; who leads is chance.
func (w *world) served(member int, leaders []int) State {
	return each(leaders, func(l int) State { return yes(w.reach(l, member)) })
}

// api is the state of each control plane's API server, in the order of m.cps. One that loses part of its requests is Degraded. Source:
// https://etcd.io/docs/v3.6/learning/design-client/ and https://github.com/etcd-io/etcd/issues/8673 (the client uses round-robin, and does
// not account for network partitions).
func (w *world) api(leaders []int) []State {
	states := make([]State, len(w.m.cps))
	stacked := w.m.p.Etcd.Placement == topologies.Stacked
	for i, c := range w.m.cps {
		states[i] = Down
		if w.dead[c] {
			continue
		}
		if len(w.m.p.Etcd.Members) == 0 { // the etcd of a hosted control plane is not judged
			states[i] = Up
			continue
		}
		if stacked {
			states[i] = w.served(c, leaders)
			continue
		}
		// The client of external etcd uses every connected member in turn, and does not notice that one has no leader: requests to that
		// member fail.
		states[i] = each(leaders, func(l int) State {
			served, asked := 0, 0
			for _, e := range w.m.members {
				if w.reach(c, e) {
					asked++
					if w.reach(l, e) {
						served++
					}
				}
			}
			switch served {
			case 0:
				return Down
			case asked:
				return Up
			}
			return Degraded
		})
	}
	return states
}

// backend is how well a balancer or client in a zone reaches the API through the API servers it can reach.
func (w *world) backend(zone string, api []State) State {
	var reached []State
	for i, c := range w.m.cps {
		if w.linked(zone, w.m.nodes[c].FailureDomain) {
			reached = append(reached, api[i])
		}
	}
	return pool(reached)
}

// pool is how well API servers answer clients that are sent to any ready one: servers that are down are skipped, those that lose requests
// are not.
func pool(api []State) State {
	best := Down
	for _, s := range api {
		best = better(best, s)
	}
	if best == Up && slices.Contains(api, Degraded) {
		return Degraded
	}
	return best
}

// endpoint is how well a client in a zone reaches the API through the control plane endpoint.
func (w *world) endpoint(zone string, api []State) State {
	lb := w.m.p.LoadBalancer
	switch {
	case lb.Kind == plan.HAProxy && len(w.m.lbs) > 0:
		// by is how well it works for a client in the zone that is sent to one balancer
		by := func(b int) State {
			if w.dead[b] || w.mute[b] || w.m.astray[b] || !w.linked(zone, w.m.nodes[b].FailureDomain) {
				return Down
			}
			return w.backend(w.m.nodes[b].FailureDomain, api)
		}
		if len(w.m.dialed) > 0 { // no address moves: the endpoint is whichever address its name resolved to
			return each(w.m.dialed, by)
		}
		var ends []State
		w.elect(api, func(holders []int) {
			holders = slices.DeleteFunc(slices.Clone(holders), func(b int) bool { return !w.linked(zone, w.m.nodes[b].FailureDomain) })
			ends = append(ends, each(holders, by))
		})
		return each(ends, func(s State) State { return s })
	case lb.Kind == plan.KubeVIP:
		// The address is on a control plane whose own API server works, because its lease is in that API. This also applies to mode bgp,
		// where only the lease holder announces the address. The plan does not say where the routers are: they are assumed to reach what a
		// client reaches.
		var ends []State
		for i, c := range w.m.cps {
			switch {
			case w.mute[c] || api[i] == Down:
			case w.m.astray[c] || !w.linked(zone, w.m.nodes[c].FailureDomain):
				ends = append(ends, Down)
			case api[i] == Degraded:
				ends = append(ends, Degraded)
			default:
				ends = append(ends, Up)
			}
		}
		return each(ends, func(s State) State { return s })
	case lb.Kind == plan.ExternalBalancer:
		if w.external {
			return Down
		}
		// the plan does not say where it is: it is assumed to reach every zone, and every zone to reach it
		return pool(api)
	}
	return w.backend(zone, api)
}

// elect calls visit with each set of balancers that may hold the virtual IP at the same time: one if all hear each other's advertisements,
// several if they do not. keepalived's priorities are equal except for its check, which puts a balancer whose haproxy cannot forward
// anything after the others; which of the rest holds the address depends on history.
func (w *world) elect(api []State, visit func(holders []int)) {
	var able, rest []int
	for _, b := range w.m.lbs {
		switch {
		case w.dead[b]:
		case !w.mute[b] && w.backend(w.m.nodes[b].FailureDomain, api) != Down:
			able = append(able, b)
		default:
			rest = append(rest, b)
		}
	}
	w.settle(able, nil, func(holders []int) {
		left := rest
		for _, h := range holders {
			left = w.unheard(left, h)
		}
		w.settle(left, holders, visit)
	})
}

// settle calls visit with the holders plus each choice of further ones from the candidates, such that no two holders hear each other and
// every candidate is a holder or hears one.
func (w *world) settle(candidates, holders []int, visit func(holders []int)) {
	if len(candidates) == 0 {
		visit(holders)
		return
	}
	for _, b := range candidates {
		if w.reach(candidates[0], b) { // the first one holds the address, or hears one that does
			w.settle(w.unheard(candidates, b), append(slices.Clone(holders), b), visit)
		}
	}
}

// unheard returns the candidates that do not hear a holder.
func (w *world) unheard(candidates []int, holder int) []int {
	var left []int
	for _, b := range candidates {
		if !w.reach(b, holder) {
			left = append(left, b)
		}
	}
	return left
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
