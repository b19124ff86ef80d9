package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/topologies"
)

// Class is a set of failure units that the model cannot distinguish: losing any one of them has the same outcome.
type Class struct {
	Kind  Kind
	Names []string // in plan order
	units []Unit
}

func (c *Class) add(u Unit) { c.Names, c.units = append(c.Names, u.Name), append(c.units, u) }

// Row is one line of the sweep: any one unit of Class fails, and for a pair also any one of With, a different one if both are the same
// class.
type Row struct {
	Class   Class
	With    *Class // nil for a single failure
	Outcome Outcome
}

// two reports whether the row means any two units of one class.
func (r Row) two() bool {
	return r.With != nil && r.Class.Kind == r.With.Kind && len(r.Class.Names) > 1 && slices.Equal(r.Class.Names, r.With.Names)
}

// Report is the outcome of every single failure and every pair.
type Report struct {
	Baseline Outcome
	Singles  []Row
	Pairs    []Row // those that stop something that neither half stops alone
	Cuts     []Row // every pair of failure domains that lose contact
	PairsAll bool  // the search for pairs did not give up
	// PairsJudged is the number of pairs of units.
	PairsJudged int

	StopsWrites, StopsAPI, StopsAll Stops
	// Points are the single points of failure: units whose loss alone stops the API, writes, or every pod, certainly or by chance.
	Points   []Point
	Sentence string // about the type, in plain words
}

// Point is a single point of failure.
type Point struct {
	Unit   string
	Nodes  []string // nodes that go down with it
	Takes  []Capability
	Chance bool // it may or may not stop them
	Reason string
	Remedy string
}

// tellApart returns, for each node, everything that distinguishes it in the model except its failure domain.
func (m *Model) tellApart() []string {
	const letters = "mdes"
	marks := make([]uint8, len(m.nodes))
	for bit, nodes := range [][]int{m.members, m.dns, m.dialed} {
		for _, i := range nodes {
			marks[i] |= 1 << bit
		}
	}
	type apart struct {
		roles plan.Roles
		marks uint8
	}
	names := map[apart]string{}
	kinds := make([]string, len(m.nodes))
	for i, n := range m.nodes {
		if m.astray[i] {
			marks[i] |= 1 << 3
		}
		key := apart{n.Roles, marks[i]}
		name, ok := names[key]
		if !ok {
			name = fmt.Sprint(uint64(n.Roles))
			for bit := range len(letters) {
				if marks[i]&(1<<bit) != 0 {
					name += letters[bit : bit+1]
				}
			}
			names[key] = name
		}
		kinds[i] = name
	}
	return kinds
}

func (m *Model) kindOf(i int) string { return m.kinds[i] }

// contents counts the nodes of each kind.
func contents(nodes []int, kind func(int) string) string {
	counts := map[string]int{}
	for _, i := range nodes {
		counts[kind(i)]++
	}
	var parts []string
	for k, n := range counts {
		parts = append(parts, fmt.Sprint(k, "×", n))
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x01")
}

// classes groups units that are alike: nodes (and the balancers on them) with the same roles, part in etcd, and failure domain, and
// hypervisors with the same numbers of such nodes. Failure domains are not grouped, because people refer to them by name.
func (m *Model) classes() []Class {
	type alike struct {
		kind       Kind
		what, zone string
	}
	var classes []Class
	at := map[alike]int{}
	for _, u := range m.units {
		key := alike{kind: u.Kind}
		switch i, onNode := m.index[u.Name]; {
		case u.Kind == NodeUnit, u.Kind == BalancerUnit && onNode:
			key.what, key.zone = m.kinds[i], m.nodes[i].FailureDomain
		case u.Kind == HostUnit:
			key.what = contents(u.nodes, func(i int) string { return m.kinds[i] + "\x00" + m.nodes[i].FailureDomain })
		default:
			key.what = u.Name
		}
		i, ok := at[key]
		if !ok {
			i = len(classes)
			at[key] = i
			classes = append(classes, Class{Kind: u.Kind})
		}
		classes[i].add(u)
	}
	return classes
}

// Sweep judges every single failure, every pair of them, and every cut between two failure domains, and finds the smallest sets that stop
// something. It is exact: units that cannot be distinguished are judged once.
func (m *Model) Sweep() Report {
	units, classes := m.units, m.classes()
	r := Report{Baseline: m.Outcome(Failure{}), Sentence: m.Sentence(), PairsJudged: binomial(len(units), 2)}
	r.Singles = m.singles(classes)
	r.Pairs, r.PairsAll = m.pairs(units, classes)
	r.Cuts = m.cuts()
	r.StopsWrites = m.smallest(units, m.ways(EtcdWrites), Deepest, mostSteps)
	r.StopsAPI = m.smallest(units, m.ways(API), Deepest, mostSteps)
	r.StopsAll = m.smallest(units, both(m.ways(API), m.ways(Pods)), Deepest, mostSteps)
	r.Points = m.Points(r.Singles)
	return r
}

// Singles judges every failure of a single unit.
func (m *Model) Singles() []Row { return m.singles(m.classes()) }

func (m *Model) singles(classes []Class) []Row {
	rows := make([]Row, len(classes))
	for i, c := range classes {
		rows[i] = Row{Class: c, Outcome: m.Outcome(Failure{Units: c.units[:1]})}
	}
	return rows
}

// cuts judges every cut once: failure domains with the same numbers of alike nodes are alike.
func (m *Model) cuts() []Row {
	kinds := map[string]string{}
	for _, u := range m.grouped(ZoneUnit, m.zones, func(n *plan.Node) string { return n.FailureDomain }) {
		kinds[u.Name] = contents(u.nodes, m.kindOf)
	}
	var rows []Row
	at := map[[2]string]int{}
	zones := m.Zones()
	for i, a := range zones {
		for _, b := range zones[i+1:] {
			cut, key := Cut{a, b}, [2]string{min(kinds[a], kinds[b]), max(kinds[a], kinds[b])}
			k, ok := at[key]
			if !ok {
				k = len(rows)
				at[key] = k
				rows = append(rows, Row{Class: Class{Kind: CutUnit}, Outcome: m.Outcome(Failure{Cuts: []Cut{cut}})})
			}
			rows[k].Class.Names = append(rows[k].Class.Names, cut.String())
		}
	}
	return rows
}

// pairs judges the pairs that stop a capability that neither half stops alone.
func (m *Model) pairs(units []Unit, classes []Class) (rows []Row, all bool) {
	var sets [][]int
	all = true
	for _, c := range Capabilities {
		ways := m.ways(c)
		alone := map[int]bool{}
		for _, w := range ways {
			singles, _ := m.breaking(units, w, 1, mostSteps)
			for _, set := range singles {
				alone[set[0]] = true
			}
		}
		for _, w := range ways {
			found, complete := m.breaking(units, w, 2, mostSteps)
			all = all && complete
			for _, set := range found {
				if !alone[set[0]] && !alone[set[1]] {
					sets = append(sets, set)
				}
			}
		}
	}
	slices.SortFunc(sets, slices.Compare)
	sets = slices.CompactFunc(sets, slices.Equal)

	classOf := map[string]int{}
	for i, c := range classes {
		for _, u := range c.units {
			classOf[u.String()] = i
		}
	}
	// Pairs of the same two classes have the same outcome if what their halves share is alike.
	type group struct {
		a, b   int
		shared string
	}
	of := map[group][][]int{}
	var order []group
	for _, set := range sets {
		g := group{classOf[units[set[0]].String()], classOf[units[set[1]].String()], m.shared(units[set[0]], units[set[1]])}
		if g.a > g.b {
			g.a, g.b, set = g.b, g.a, []int{set[1], set[0]}
		}
		if of[g] == nil {
			order = append(order, g)
		}
		of[g] = append(of[g], set)
	}
	for _, g := range order {
		a, b, set := classes[g.a], classes[g.b], of[g]
		slices.SortFunc(set, slices.Compare)
		every := len(a.units) * len(b.units)
		if g.a == g.b {
			every = binomial(len(a.units), 2)
		}
		if len(set) == every {
			rows = append(rows, Row{a, &b, m.Outcome(Failure{Units: pick(units, set[0])})})
			continue
		}
		// some do and some do not, such as a node with each hypervisor except its own
		from := len(rows)
		for i := 0; i < len(set); {
			first := set[i][0]
			row := Row{Class{Kind: a.Kind}, &Class{Kind: b.Kind}, m.Outcome(Failure{Units: pick(units, set[i])})}
			row.Class.add(units[first])
			for ; i < len(set) && set[i][0] == first; i++ {
				row.With.add(units[set[i][1]])
			}
			same := slices.IndexFunc(rows[from:], func(r Row) bool { return slices.Equal(r.With.Names, row.With.Names) })
			if same >= 0 {
				rows[from+same].Class.add(units[first])
			} else {
				rows = append(rows, row)
			}
		}
	}
	return rows, all
}

// shared describes the nodes that go down with either of two units, and whether one is a balancer on a node of the other.
func (m *Model) shared(u, v Unit) string {
	of := make([]bool, 2*len(m.nodes)+1)
	for part := range m.takes(v) {
		of[part] = true
	}
	var both []int
	for part := range m.takes(u) {
		if of[part] {
			both = append(both, part)
		}
	}
	return contents(both, func(part int) string {
		n := len(m.nodes)
		return fmt.Sprint(part/n, m.kindOf(part%n), m.nodes[part%n].FailureDomain)
	})
}

// Points returns the single points of failure, from the rows of single failures. What depends on chance while everything is up is not
// attributed to a unit.
func (m *Model) Points(singles []Row) []Point {
	var points []Point
	whole := m.Outcome(Failure{})
	for _, row := range singles {
		for _, state := range []State{Down, Depends} {
			p := Point{Chance: state == Depends}
			for _, v := range row.Outcome.Verdicts {
				if slices.Contains([]Capability{EtcdWrites, API, Pods}, v.Capability) && v.State == state &&
					whole.State(v.Capability) < state {
					p.Takes = append(p.Takes, v.Capability)
					p.Reason = cmp.Or(p.Reason, v.Reason)
				}
			}
			if len(p.Takes) == 0 {
				continue
			}
			for _, u := range row.Class.units {
				p.Unit, p.Nodes = u.String(), m.NodesOf(u)
				if p.Remedy = m.remedy(u); p.Chance { // without a cut, nothing else depends on chance
					p.Remedy = "a virtual IP that moves between the balancers"
				}
				points = append(points, p)
			}
		}
	}
	return points
}

// remedy says how to remove a single point of failure: one measure for each need that it breaks.
func (m *Model) remedy(u Unit) string {
	if m.isExternal(u) {
		return "make the balancer itself redundant: the plan cannot see whether it is"
	}
	breaks := func(ways []way) bool {
		return slices.ContainsFunc(ways, func(w way) bool {
			sets, _ := m.breaking([]Unit{u}, w, 1, mostSteps)
			return len(sets) > 0
		})
	}
	place, in, elsewhere := "", "", []string(nil)
	switch u.Kind {
	case PowerUnit:
		place, in = "power feed", "on"
	case ZoneUnit:
		place, in = "failure domain", "in"
	case HostUnit:
		place, in = "hypervisor", "on"
	}
	var remedies []string
	etcd := breaks(m.etcd())
	if etcd {
		remedies = append(remedies, m.spread(u, place, in))
	}
	larger := etcd && len(m.members) == 1 // the type with three members also has control planes behind a balancer
	switch stacked := m.p.Etcd.Placement == topologies.Stacked; {
	case !breaks(m.controlPlanes()):
	case place != "" && !(etcd && stacked && !larger):
		elsewhere = append(elsewhere, "control planes")
	case place == "" && !larger:
		remedies = append(remedies, "more control planes behind a load balancer")
	}
	if m.p.LoadBalancer.Kind == plan.HAProxy && breaks(m.balancers()) {
		switch {
		case len(m.lbs) > 1 && len(m.dialed) > 0:
			remedies = append(remedies, "a virtual IP that moves between the balancers")
			if place != "" && breaks([]way{{one(m.processes(m.lbs))}}) {
				elsewhere = append(elsewhere, "a balancer")
			}
		case len(m.astray) > 0:
			remedies = append(remedies, "balancers in the network segment of the virtual IP alone, or an external balancer")
		case len(m.lbs) == 1:
			second := "a second balancer with a virtual IP"
			if place != "" {
				second = fmt.Sprintf("a second balancer %s another %s with a virtual IP", in, place)
			}
			remedies = append(remedies, second+", or kube-vip on the control planes")
		default:
			elsewhere = append(elsewhere, "a balancer")
		}
	}
	if breaks(m.pods()) {
		if place == "" {
			remedies = append(remedies, "a second worker")
		} else {
			elsewhere = append(elsewhere, "workers")
		}
	}
	if len(elsewhere) > 0 {
		remedies = append(remedies, fmt.Sprintf("%s %s another %s too", listed("and", elsewhere), in, place))
	}
	return strings.Join(remedies, "; ")
}

// spread says how etcd can survive the loss of a unit of this kind, which currently stops its quorum.
func (m *Model) spread(u Unit, place, in string) string {
	n := len(m.members)
	if n == 1 {
		text := "three etcd members instead of one: type " + string(topologies.MultiEtcdMultiMaster)
		if place != "" {
			text += fmt.Sprintf(", one %s each of three %ss", in, place)
		}
		return text
	}
	if place == "" {
		return fmt.Sprintf("%d etcd members, which tolerate the loss of 1", max(3, n+1-n%2))
	}
	// An even number tolerates no more losses than the odd one below it, and needs more places.
	odd := max(3, n-1+n%2)
	tolerance := plan.FaultTolerance(odd)
	places, have := (odd+tolerance-1)/tolerance, m.like(u)
	text := "spread etcd"
	if odd != n {
		text = fmt.Sprintf("%d etcd members instead of %d, spread", odd, n)
	}
	if have < places {
		return fmt.Sprintf("%s over %d %ss (the design has %d), no more than %s %s each", text, places, place, have,
			count(tolerance, "member"), in)
	}
	return fmt.Sprintf("%s so no %s holds more than %s", text, place, count(tolerance, "member"))
}

// like counts the units of the same kind; failure domains only on the same level.
func (m *Model) like(u Unit) int {
	switch u.Kind {
	case HostUnit:
		return len(m.hosts)
	case PowerUnit:
		return len(m.feeds)
	}
	n := 0
	for _, place := range m.places {
		if strings.Count(place, "/") == strings.Count(u.Name, "/") {
			n++
		}
	}
	return n
}

// Sentence describes in plain words which losses of nodes the design survives. The claim has been checked for exceptions.
func (m *Model) Sentence() string {
	if len(m.cps) == 0 {
		return "The vendor runs the control plane and etcd; this design defines only the workers."
	}
	n, tolerance := len(m.members), plan.FaultTolerance(len(m.members))
	units := slices.Clone(m.units[:len(m.nodes)]) // nodes come first
	alone := map[int]bool{}
	for _, set := range m.smallest(units, m.risks(), 1, mostSteps).Sets {
		alone[set[0].nodes[0]] = true
	}
	lone := -1 // the node that the type makes a single point of failure
	if n == 1 {
		lone = m.members[0]
	}
	others := func(nodes []int) []int {
		return slices.DeleteFunc(slices.Clone(nodes), func(i int) bool { return i == lone })
	}
	var s string
	var together []Unit // those that stop something although each alone may be lost
	switch t := m.p.Cluster.Type; {
	case m.p.Etcd.Foreign():
		s = "Others run etcd, and its failures are not simulated; the API works while the only control plane is up"
		if len(m.cps) > 1 {
			s = fmt.Sprintf("Others run etcd, and its failures are not simulated; the API works as long as 1 of %d control planes "+
				"is up", len(m.cps))
		}
	case t == topologies.AllInOne:
		return "Everything runs on one node: if it fails, the cluster is down, and if its disk is lost, so is the data."
	case t == topologies.SingleEtcdSingleMaster:
		s = m.oneOfEach(others(m.workers))
	case t == topologies.SingleEtcdMultiMaster:
		rest, name := others(m.cps), m.nodes[lone].Name
		may := fmt.Sprintf("any one of the other %d may fail, and when %s does", len(rest), name)
		switch {
		case slices.ContainsFunc(rest, func(i int) bool { return alone[i] }):
			may = "when " + name + " fails"
		case len(rest) == len(m.cps):
			may = fmt.Sprintf("any one of them may fail, and when %s does", name)
		case len(rest) == 1:
			may = fmt.Sprintf("%s may fail, and when %s does", m.nodes[rest[0]].Name, name)
		}
		s = fmt.Sprintf("The only etcd member on %s cancels the redundancy of the %d control planes: %s, nothing can be changed", name,
			len(m.cps), may)
	case m.p.Etcd.Placement == topologies.Stacked:
		s = fmt.Sprintf("Each of the %d control planes holds one of the %d etcd members", len(m.cps), n)
		stops := m.smallest(slices.DeleteFunc(units, func(u Unit) bool { return !slices.Contains(m.cps, u.nodes[0]) }), m.risks(),
			tolerance, mostSteps)
		switch {
		case stops.Exhausted || len(stops.Sets) > 0:
			s += fmt.Sprintf(", which tolerate the loss of %d", tolerance)
			if len(stops.Sets) > 0 && len(stops.Sets[0]) > 1 {
				together = stops.Sets[0]
			}
		case tolerance == 1:
			s += ": any one of them may fail"
		default:
			s += fmt.Sprintf(": any %d of them may fail at once", tolerance)
		}
	default:
		s = fmt.Sprintf("%d etcd members tolerate the loss of %d, and the API works as long as 1 of %d control planes is up", n,
			tolerance, len(m.cps))
		if !slices.ContainsFunc(m.members, func(i int) bool { return slices.Contains(m.cps, i) }) {
			s = strings.Replace(s, " etcd members", " dedicated etcd members", 1)
		}
	}
	return s + "." + m.exceptions(lone, alone, together)
}

// oneOfEach is the sentence for one control plane and one etcd member; workers are those without the member.
func (m *Model) oneOfEach(workers []int) string {
	running := "running pods continue"
	switch {
	case len(workers) == 0:
		running = "no pod runs"
	case len(workers) < len(m.workers):
		running = "the pods of other nodes continue"
	}
	s := "The only control plane runs the only etcd member: while it is down, " + running + " and nothing can be changed"
	if len(m.members) == 1 && !slices.Contains(m.cps, m.members[0]) {
		s = "One control plane and one etcd on another host: while either is down, " + running + " and nothing can be changed"
	}
	if len(workers) > 1 && !slices.ContainsFunc(workers, func(i int) bool { return slices.Contains(m.lbs, i) }) {
		s += "; workers may fail as long as one is left"
	}
	return s
}

// exceptions are the losses of nodes that the claim does not cover: of one alone, and of several together.
func (m *Model) exceptions(lone int, alone map[int]bool, together []Unit) string {
	var s string
	var losses []string
	names := map[string][]string{} // nodes by the effect of their loss
	for i, node := range m.nodes {
		if i != lone && alone[i] {
			loss := m.taken(Unit{NodeUnit, node.Name, []int{i}})
			if names[loss] == nil {
				losses = append(losses, loss)
			}
			names[loss] = append(names[loss], node.Name)
		}
	}
	for _, loss := range losses {
		s += fmt.Sprintf(" The loss of %s %s.", listed("or", names[loss]), loss)
	}
	if together != nil {
		var all []string
		for _, u := range together {
			all = append(all, u.Name)
		}
		s += fmt.Sprintf(" The loss of %s %s.", listed("and", all), m.taken(together...))
	}
	return s
}

// taken describes the effect of losing units.
func (m *Model) taken(units ...Unit) string {
	o := m.Outcome(Failure{Units: units})
	var takes []string
	for _, c := range []struct {
		capability Capability
		what       string
	}{{EtcdWrites, "writes"}, {API, "the API"}, {Pods, "every pod"}} {
		if o.State(c.capability) == Down {
			takes = append(takes, c.what)
		}
	}
	if len(takes) == 0 {
		return "may stop the API"
	}
	return "stops " + listed("and", takes)
}

// listed writes words with a conjunction before the last.
func listed(conjunction string, words []string) string {
	return spelling.List(words, conjunction)
}

// Survives reports whether the cluster takes writes, answers at its endpoint, and schedules after losing any units of the kind at once
// ("node", "zone", "power", "host"; for zones the deepest level). If it does not, stopped is the first of the smallest losses that stop it:
// an empty loss if chance decides even while everything is up. If the search gave up, the result is unknown: exhausted is true, and stopped
// nil.
func (m *Model) Survives(units int, kind Kind) (stopped *Outcome, exhausted bool) {
	if whole := m.Outcome(Failure{}); slices.ContainsFunc([]Capability{EtcdWrites, API, Scheduling, Pods}, func(c Capability) bool {
		return whole.State(c) == Depends
	}) {
		return &whole, false
	}
	of := m.lossesOf(kind)
	stops := m.smallest(of, m.risks(), units, mostSteps)
	if len(stops.Sets) == 0 {
		return nil, stops.Exhausted
	}
	o := m.Outcome(Failure{Units: stops.Sets[0]})
	return &o, false
}

// mostWorst limits how many losses of several units are compared individually.
const mostWorst = 5000

// Worst is the loss of the given number of units of the kind at once that leaves the least. If there are too many to compare, it adds the
// worst unit to the worst ones so far. It is nil if there are no such units.
func (m *Model) Worst(units int, kind Kind) *Outcome {
	of := m.lossesOf(kind)
	if units = min(units, len(of)); units == 0 {
		return nil
	}
	var worst *Outcome
	try := func(set []Unit) {
		if o := m.Outcome(Failure{Units: slices.Clone(set)}); worst == nil || o.weight() > worst.weight() {
			worst = &o
		}
	}
	if many := choices(len(of), units); many <= mostWorst {
		everySet(of, units, nil, try)
		return worst
	}
	var set []Unit
	for range units {
		worst = nil
		for _, u := range of {
			if !slices.ContainsFunc(set, func(v Unit) bool { return v.String() == u.String() }) {
				try(append(slices.Clone(set), u))
			}
		}
		set = worst.Failure.Units
	}
	return worst
}

// lossesOf returns the units of a kind; for zones the deepest level.
func (m *Model) lossesOf(kind Kind) []Unit {
	return slices.DeleteFunc(m.Units(), func(u Unit) bool {
		return u.Kind != kind || kind == ZoneUnit && !slices.Contains(m.zones, u.Name)
	})
}

// choices is the number of sets of k out of n, mostWorst+1 if there are more.
func choices(n, k int) int {
	all := 1
	for i := range k {
		if all = all * (n - i) / (i + 1); all > mostWorst {
			return mostWorst + 1
		}
	}
	return all
}

// everySet calls f with every set of k of the units.
func everySet(of []Unit, k int, chosen []Unit, f func([]Unit)) {
	if k == 0 {
		f(chosen)
		return
	}
	for i := range of {
		everySet(of[i+1:], k-1, append(chosen, of[i]), f)
	}
}

// weight grows with the effect of an outcome: one thing down weighs more than everything degraded.
func (o *Outcome) weight() int {
	sum := 0
	for _, v := range o.Verdicts {
		switch v.State {
		case Down:
			sum += 10000
		case Depends:
			sum += 100
		case Degraded:
			sum++
		}
	}
	return sum
}
