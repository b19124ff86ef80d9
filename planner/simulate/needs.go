package simulate

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
)

// need is something that a capability requires: it tolerates the loss of a number of its parts, and one more stops the capability. A part
// is a node (its index), the balancing process on a node (after the nodes), or the external balancer (last).
type need struct {
	parts []int
	spare int
}

// way is a set of needs that must all break for a capability to stop.
type way []need

// one is the need for at least one of some parts.
func one(parts []int) need {
	parts = slices.Clone(parts)
	slices.Sort(parts)
	parts = slices.Compact(parts)
	return need{parts, len(parts) - 1}
}

// takes yields the parts that go down with a unit: numbers up to twice the number of nodes.
func (m *Model) takes(u Unit) iter.Seq[int] {
	n := len(m.nodes)
	return func(yield func(int) bool) {
		switch {
		case m.isExternal(u):
			yield(2 * n)
			return
		case u.Kind == BalancerUnit:
			yield(n + m.index[u.Name])
			return
		}
		for _, i := range u.nodes {
			if !yield(i) || !yield(n+i) {
				return
			}
		}
	}
}

// etcd, controlPlanes, balancers, and pods return the needs of a design; nil if the design does not have that part, for example with a
// vendor's control plane.
func (m *Model) etcd() []way {
	n := len(m.members)
	if n == 0 {
		return nil
	}
	return []way{{{m.members, plan.FaultTolerance(n)}}}
}

func (m *Model) controlPlanes() []way {
	if len(m.cps) == 0 {
		return nil
	}
	return []way{{one(m.cps)}}
}

func (m *Model) balancers() []way {
	n := len(m.nodes)
	switch {
	case len(m.cps) == 0:
		return nil
	case m.p.LoadBalancer.Kind == plan.ExternalBalancer:
		return []way{{one([]int{2 * n})}}
	case len(m.lbs) == 0:
		return nil
	}
	to := m.leading()
	if len(m.dialed) > 0 {
		to = m.dialed
	}
	return []way{{one(m.processes(to))}}
}

// processes returns the parts that represent balancing processes.
func (m *Model) processes(nodes []int) []int {
	parts := make([]int, len(nodes))
	for k, i := range nodes {
		parts[k] = len(m.nodes) + i
	}
	return parts
}

func (m *Model) pods() []way {
	if len(m.workers) == 0 {
		return nil
	}
	return []way{{one(m.workers)}}
}

// ways lists what stops a capability as long as no network is cut; each way alone is enough. Outcome judges failures; this is the inverse
// of the same model, so that the sweep need not try every set of units. TestSweepMatchesBruteForce keeps the two consistent.
func (m *Model) ways(c Capability) []way {
	switch c {
	case EtcdWrites, EtcdReads:
		return m.etcd()
	case Pods, Services:
		return m.pods()
	case DNS:
		ways := []way{{one(m.kubelet)}}
		if m.dns != nil && len(m.cps) > 0 {
			ways = append(ways, way{one(m.dns)})
		}
		return ways
	case Scheduling:
		if len(m.cps) == 0 {
			return nil
		}
		ways := slices.Concat(m.etcd(), m.controlPlanes(), m.pods())
		for _, w := range m.balancers() {
			if local := m.local(); len(local) > 0 { // these workers learn of pods without the endpoint
				w = append(w, one(local))
			}
			ways = append(ways, w)
		}
		return ways
	}
	return slices.Concat(m.etcd(), m.controlPlanes(), m.balancers()) // the API, and join, which uses it
}

// risks lists what stops writes, the API, scheduling, or every pod, or leaves one of them to chance, as long as no network is cut.
func (m *Model) risks() []way {
	ways := slices.Concat(m.ways(API), m.pods())
	if len(m.dialed) > 1 { // the endpoint is whichever address its name resolved to
		ways = append(ways, way{{m.processes(m.dialed), 0}})
	}
	return ways
}

// local returns the workers whose kubelet uses the API server on the same machine.
func (m *Model) local() []int {
	if m.p.Cluster.Version.Minor < 33 {
		return nil
	}
	var local []int
	for _, i := range m.cps {
		if m.nodes[i].Roles.Has(plan.Worker) {
			local = append(local, i)
		}
	}
	return local
}

// both lists what stops two things at once.
func both(a, b []way) []way {
	var ways []way
	for _, x := range a {
		for _, y := range b {
			ways = append(ways, slices.Concat(x, y))
		}
	}
	return ways
}

// search finds the sets of a given number of units that break a way, excluding sets of which a subset already does.
type search struct {
	units []int     // units that take a part of it, largest first
	takes [][][]int // by position in units and need: the need's parts that it takes, counted from 0
	best  [][][]int // by need, position in units, and number of units: how many parts that many of the remaining units can take
	gone  [][]int   // by need and part: how many chosen units take it
	left  []int     // by need: how many parts must still go
	steps int       // remaining steps
	found [][]int
}

// mostSteps and mostSets limit a search. No known design comes near them: it would take hundreds of etcd members.
const (
	mostSteps = 1_000_000
	mostSets  = 10_000
)

// breaking returns the sets of exactly size units that break a way, as sorted indices into units, and whether the result is complete. Sets
// in which a unit contributes nothing are excluded. An upper bound prunes the search: a set is abandoned as soon as the largest remaining
// units cannot take enough, which in a large cluster is immediately.
func (m *Model) breaking(units []Unit, w way, size, steps int) (sets [][]int, all bool) {
	at := make([][]int, len(w)) // by need and part: its position in the need, from 1
	for k, n := range w {
		at[k] = make([]int, 2*len(m.nodes)+1)
		for i, part := range n.parts {
			at[k][part] = i + 1
		}
	}
	most := make([]largest, len(w))
	for k := range most {
		most[k] = make(largest, size)
	}
	counts := make([]int, len(units)*len(w)) // by unit and need: number of parts it takes
	for i, u := range units {
		count := counts[i*len(w) : (i+1)*len(w)]
		for part := range m.takes(u) {
			for k := range w {
				if at[k][part] != 0 {
					count[k]++
				}
			}
		}
		for k, n := range count {
			most[k].add(n)
		}
	}
	for k, n := range w {
		if n.spare+1 > most[k].sum() {
			return nil, true // in a large cluster, most ways end here
		}
	}
	s := newSearch(w, steps)
	s.takers(m, units, at, counts)
	s.bound(len(w), size)
	s.walk(0, size, nil)
	slices.SortFunc(s.found, slices.Compare)
	return s.found, s.steps > 0
}

// largest is the largest of some numbers, in descending order.
type largest []int

func (l largest) add(n int) {
	for i, m := range l {
		if n > m {
			copy(l[i+1:], l[i:])
			l[i] = n
			return
		}
	}
}

func (l largest) sum() int {
	sum := 0
	for _, n := range l {
		sum += n
	}
	return sum
}

func newSearch(w way, steps int) *search {
	s := &search{steps: steps}
	for _, n := range w {
		s.gone = append(s.gone, make([]int, len(n.parts)))
		s.left = append(s.left, n.spare+1)
	}
	return s
}

// takers collects the units that take a part of a need, and the parts: first those that take most of the need that is hardest to break.
func (s *search) takers(m *Model, units []Unit, at [][]int, counts []int) {
	needs := len(at)
	hardest := 0
	for k := range needs {
		if s.left[k] > s.left[hardest] {
			hardest = k
		}
	}
	for i := range units {
		if slices.Max(counts[i*needs:(i+1)*needs]) > 0 {
			s.units = append(s.units, i)
		}
	}
	slices.SortStableFunc(s.units, func(a, b int) int { return cmp.Compare(counts[b*needs+hardest], counts[a*needs+hardest]) })
	s.takes = make([][][]int, len(s.units))
	for place, unit := range s.units {
		takes := make([][]int, needs)
		for part := range m.takes(units[unit]) {
			for k := range takes {
				if j := at[k][part]; j != 0 {
					takes[k] = append(takes[k], j-1)
				}
			}
		}
		s.takes[place] = takes
	}
}

// bound computes the maximum that the units from each position on can take.
func (s *search) bound(needs, size int) {
	s.best = make([][][]int, needs)
	for k := range needs {
		all := make([]int, (len(s.units)+1)*(size+1))
		best := make([][]int, len(s.units)+1)
		for i := range best {
			best[i] = all[i*(size+1) : (i+1)*(size+1)]
		}
		top := make(largest, size) // from this position on
		for i := len(s.units) - 1; i >= 0; i-- {
			top.add(len(s.takes[i][k]))
			for r, n := range top {
				best[i][r+1] = best[i][r] + n
			}
		}
		s.best[k] = best
	}
}

func (s *search) walk(from, size int, chosen []int) {
	if slices.Max(s.left) <= 0 {
		set := slices.Clone(chosen)
		slices.Sort(set)
		s.found = append(s.found, set)
		return
	}
	if size == 0 {
		return
	}
	for i := from; i < len(s.units); i++ {
		for k, left := range s.left {
			if s.best[k][i][size] < left {
				return
			}
		}
		if s.steps--; s.steps <= 0 || len(s.found) == mostSets {
			s.steps = 0
			return
		}
		if s.take(i) {
			s.walk(i+1, size-1, append(chosen, s.units[i]))
		}
		s.giveBack(i)
	}
}

// take marks a unit as gone, and reports whether that made progress.
func (s *search) take(i int) bool {
	nearer := false
	for k, parts := range s.takes[i] {
		for _, p := range parts {
			s.gone[k][p]++
			if s.gone[k][p] == 1 {
				nearer = nearer || s.left[k] > 0
				s.left[k]--
			}
		}
	}
	return nearer
}

func (s *search) giveBack(i int) {
	for k, parts := range s.takes[i] {
		for _, p := range parts {
			s.gone[k][p]--
			if s.gone[k][p] == 0 {
				s.left[k]++
			}
		}
	}
}

// Stops is the smallest sets of units that stop something.
type Stops struct {
	Sets [][]Unit // all of the smallest size; none: no set of up to Deepest units stops it
	// Exhausted reports whether the search reached its limit: there may be more sets, or some even if Sets is empty.
	Exhausted bool
	lines     []stopLine
}

// stopLine describes several sets in one line.
type stopLine struct {
	text string
	sets [][]int
}

// Deepest is the size of the largest set that is searched for.
const Deepest = 4

// smallest finds the smallest sets of units that stop something.
func (m *Model) smallest(units []Unit, ways []way, deepest, steps int) Stops {
	for size := 1; size <= deepest; size++ {
		var stops Stops
		var all [][]int
		for _, w := range ways {
			sets, complete := m.breaking(units, w, size, steps)
			stops.Exhausted = stops.Exhausted || !complete
			all = append(all, sets...)
			if len(sets) > 0 && size > 1 {
				stops.lines = append(stops.lines, m.lines(units, w, sets)...)
			}
		}
		slices.SortFunc(all, slices.Compare)
		all = slices.CompactFunc(all, slices.Equal)
		for _, set := range all {
			stops.Sets = append(stops.Sets, pick(units, set))
		}
		if len(all) == 0 && !stops.Exhausted {
			continue
		}
		if size == 1 && len(all) > 0 {
			stops.lines = []stopLine{{alternatives(slices.Concat(stops.Sets...)), all}}
		}
		stops.lines = telling(stops.lines)
		return stops
	}
	return Stops{}
}

// telling omits lines whose sets are all covered by longer lines.
func telling(lines []stopLine) []stopLine {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(lines[b].sets), len(lines[a].sets)) })
	said, keep := map[string]bool{}, make([]bool, len(lines))
	for _, i := range order {
		for _, set := range lines[i].sets {
			k := fmt.Sprint(set)
			keep[i] = keep[i] || !said[k]
			said[k] = true
		}
	}
	var left []stopLine
	for i, l := range lines {
		if keep[i] {
			left = append(left, l)
		}
	}
	return left
}

func pick[T any](from []T, set []int) []T {
	picked := make([]T, len(set))
	for i, at := range set {
		picked[i] = from[at]
	}
	return picked
}

// Spare is how many more nodes, whichever they are, a capability survives losing while some are already down, up to Deepest. ok is false if
// the capability has stopped or may have, and for a capability that the plan does not describe, such as a vendor's etcd. Names in down that
// are not nodes of the plan are ignored.
func (m *Model) Spare(c Capability, down []string) (spare int, ok bool) {
	ways := m.ways(c)
	if c == API && len(m.dialed) > 1 { // the endpoint is whichever address its name resolved to
		ways = append(ways, way{{m.processes(m.dialed), 0}})
	}
	if len(ways) == 0 {
		return 0, false
	}
	var gone []int
	for _, name := range down {
		if i, found := m.index[name]; found {
			gone = append(gone, i)
		}
	}
	lost := Unit{Kind: NodeUnit, nodes: gone}
	if o := m.Outcome(Failure{Units: []Unit{lost}}); o.State(c) == Down || o.State(c) == Depends {
		return 0, false
	}
	var units []Unit
	for i, n := range m.nodes {
		if !slices.Contains(gone, i) {
			units = append(units, Unit{NodeUnit, n.Name, append([]int{i}, gone...)})
		}
	}
	stops := m.smallest(units, ways, Deepest, mostSteps)
	if len(stops.Sets) == 0 {
		return Deepest, true
	}
	return len(stops.Sets[0]) - 1, true
}
