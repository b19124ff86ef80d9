// Package simulate says what a design survives: pure functions from a plan and a set of failures to a verdict per capability.
//
// The model knows who needs whom. An etcd member serves while it reaches a leader that reaches a quorum. An API server works while it
// reaches a member that serves: its own when etcd is stacked, any when it is external. The endpoint works from a place while what is
// behind it there reaches a working API server. Controllers and the scheduler work next to a working API server, which is the one they
// connect to in kubeadm clusters. Kubelets keep their pods, and kube-proxy its rules, without any of it.
//
// Sources: https://etcd.io/docs/v3.6/op-guide/failures/ (quorum, minority and leader failures),
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

// Kind is a kind of failure unit: what fails as one.
type Kind string

// The kinds of failure units.
const (
	NodeUnit     Kind = "node"     // a machine: power, kernel or disk
	ZoneUnit     Kind = "zone"     // a failure domain with all that stands in it
	HostUnit     Kind = "host"     // a hypervisor with all of its virtual machines
	PowerUnit    Kind = "power"    // a power feed with every machine that is off without it
	BalancerUnit Kind = "balancer" // the balancing process alone; the machine goes on
	CutUnit      Kind = "cut"      // the network between two failure domains
)

// Unit is one thing that can fail, and the nodes that go down with it.
type Unit struct {
	Kind  Kind
	Name  string
	nodes []int // indices into the model's nodes; empty for a balancer process
}

// String returns kind/name, as --kill takes it.
func (u Unit) String() string { return string(u.Kind) + "/" + u.Name }

// Nodes is how many nodes go down with the unit.
func (u Unit) Nodes() int { return len(u.nodes) }

// Cut is a lost network path between two failure domains; both still reach every other domain.
type Cut struct{ A, B string }

// String returns a:b, as --cut takes it.
func (c Cut) String() string { return c.A + ":" + c.B }

// Failure is what goes wrong at the same time.
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

// external is the name of the one balancer unit that stands for a balancer that the plan does not make. A balancer of the plan may have
// it too.
const external = "external"

// isExternal reports whether a unit is that one: a plan with it has no balancer of its own.
func (m *Model) isExternal(u Unit) bool {
	return u.Kind == BalancerUnit && m.p.LoadBalancer.Kind == plan.ExternalBalancer
}

// Model answers for one plan. It is never modified after New.
type Model struct {
	p       *plan.Plan
	nodes   []*plan.Node
	cps     []int // indices of control planes
	members []int // indices of nodes with an etcd member
	lbs     []int // indices of balancer nodes: haproxy's own, or kube-vip's control planes
	// those of haproxy's balancers that the endpoint may lead to by their own addresses; none if a virtual IP moves between them
	dialed []int
	// astray are the hosts that may take over the virtual IP and are in another network segment than it: no router leads to it there.
	astray  map[int]bool
	workers []int
	kubelet []int
	zones   []string // sorted; "" alone where no node states one
	places  []string // failure domains with those that they are in, sorted
	hosts   []string
	feeds   []string
	dns     []int // where the replicas of CoreDNS run; nil: unknown
	index   map[string]int
	units   []Unit   // nodes in the plan's order, balancer processes, hypervisors, power feeds, failure domains
	zone    []int    // by node: the index in zones
	kinds   []string // by node: all that the model tells it apart by, except for its failure domain
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
				m.dialed = []int{m.index[n.Name]} // the endpoint goes past the others
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

// stray finds the hosts in other segments than the virtual IP, or where none shares its segment, than most of them.
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

// leading returns the balancers that a client can reach: not those astray.
func (m *Model) leading() []int {
	return slices.DeleteFunc(slices.Clone(m.lbs), func(i int) bool { return m.astray[i] })
}

// PlaceDNS returns the model with the replicas of CoreDNS on the named nodes, so that verdicts about DNS become exact. It fails on a name
// that is not a node of the plan, and on a node without a kubelet.
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

// Zones returns the failure domains that nodes state, the deepest level of those that are in each other, sorted.
func (m *Model) Zones() []string {
	return slices.DeleteFunc(slices.Clone(m.zones), func(z string) bool { return z == "" })
}

// Units returns every single thing that can fail: nodes in the plan's order, balancer processes, hypervisors, failure domains.
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

// zoneUnits returns failure domains with all nodes in them, those of domains that are in them too.
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

// NodesOf names the nodes that go down with a unit, in the plan's order.
func (m *Model) NodesOf(u Unit) []string {
	names := make([]string, len(u.nodes))
	for i, n := range u.nodes {
		names[i] = m.nodes[n].Name
	}
	return names
}

// Unit finds a unit by kind/name. It fails on an unknown kind or name, and names what there is.
func (m *Model) Unit(text string) (Unit, error) {
	kind, name, ok := strings.Cut(strings.TrimSpace(text), "/")
	if !ok {
		return Unit{}, fmt.Errorf("%q is no failure unit: write node/NAME, zone/NAME, power/NAME, host/NAME or balancer/NAME", text)
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

// Cut finds a cut by zone:zone. It fails where either is not a failure domain of the plan.
func (m *Model) Cut(text string) (Cut, error) {
	a, b, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok || a == b {
		return Cut{}, fmt.Errorf("%q is no cut: write two failure domains, A:B", text)
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

// world is the plan with a failure in it.
type world struct {
	m        *Model
	dead     []bool // by node
	mute     []bool // by node: its balancer process is down
	external bool   // the balancer that the plan does not make is down
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

// leaders returns the members that could lead: those that reach a quorum, themselves included.
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

// served says how a member fares under whichever leader is elected. Check-quorum and pre-vote keep a leader in office while it
// holds a quorum, so that a member cut off from it neither serves nor unseats it; who leads is chance.
func (w *world) served(member int, leaders []int) State {
	return each(leaders, func(l int) State { return yes(w.reach(l, member)) })
}

// api says how the API server of each control plane fares, in the order of m.cps. One that loses a part of its requests is Degraded.
// Source: https://etcd.io/docs/v3.6/learning/design-client/ and https://github.com/etcd-io/etcd/issues/8673 (the client takes turns, and
// does not reason about a network that is cut).
func (w *world) api(leaders []int) []State {
	states := make([]State, len(w.m.cps))
	stacked := w.m.p.Etcd.Placement == topologies.Stacked
	for i, c := range w.m.cps {
		states[i] = Down
		if w.dead[c] {
			continue
		}
		if len(w.m.p.Etcd.Members) == 0 { // a hosted control plane's etcd is not ours to judge
			states[i] = Up
			continue
		}
		if stacked {
			states[i] = w.served(c, leaders)
			continue
		}
		// The client of external etcd asks every member that it has a connection to in turn, and does not see that one hears no leader:
		// what it asks of that one fails.
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

// backend says how well what stands in a zone, balancer or client, reaches the API, by the API servers in its reach.
func (w *world) backend(zone string, api []State) State {
	var reached []State
	for i, c := range w.m.cps {
		if w.linked(zone, w.m.nodes[c].FailureDomain) {
			reached = append(reached, api[i])
		}
	}
	return pool(reached)
}

// pool says how well API servers answer whoever is led to any of them that is ready: those that are down are left out, and one that loses
// requests is not.
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

// endpoint reports whether a client in a zone gets an answer from the API through the control plane endpoint.
func (w *world) endpoint(zone string, api []State) State {
	lb := w.m.p.LoadBalancer
	switch {
	case lb.Kind == plan.HAProxy && len(w.m.lbs) > 0:
		// by is how a client in the zone fares that is led to one balancer
		by := func(b int) State {
			if w.dead[b] || w.mute[b] || w.m.astray[b] || !w.linked(zone, w.m.nodes[b].FailureDomain) {
				return Down
			}
			return w.backend(w.m.nodes[b].FailureDomain, api)
		}
		if len(w.m.dialed) > 0 { // no address moves: the endpoint leads to whichever its name was resolved to
			return each(w.m.dialed, by)
		}
		var ends []State
		w.elect(api, func(holders []int) {
			holders = slices.DeleteFunc(slices.Clone(holders), func(b int) bool { return !w.linked(zone, w.m.nodes[b].FailureDomain) })
			ends = append(ends, each(holders, by))
		})
		return each(ends, func(s State) State { return s })
	case lb.Kind == plan.KubeVIP:
		// The address is on one control plane whose own API server works: its lease lives in that API. It is so in mode bgp, where the
		// holder of the lease alone announces it. Where the routers stand the plan does not say: they are taken to reach what a client
		// reaches.
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
		// the plan does not say where it is: it is taken to reach every zone, and every zone it
		return pool(api)
	}
	return w.backend(zone, api)
}

// elect calls visit with each set of balancers that may come to hold the virtual IP at once: one of them where all hear each other's
// advertisements, several where they do not. keepalived's priorities are equal except for its check, which puts a balancer whose haproxy
// passes nothing on behind the others; which of the rest holds the address is history.
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

// settle calls visit with the holders and each choice of further ones from the candidates, so that no two holders hear each other and
// every candidate is one or hears one.
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
