package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// Class is a set of failure units that nothing in the model tells apart: losing any one of them has the same outcome.
type Class struct {
	Kind  Kind
	Names []string // in the plan's order
	units []Unit
}

// String names the class: the unit where it is alone, else what the units share and how many there are.
func (c Class) String() string {
	if len(c.Names) == 1 {
		return string(c.Kind) + "/" + c.Names[0]
	}
	return fmt.Sprintf("any of %d: %s/%s … %s", len(c.Names), c.Kind, c.Names[0], c.Names[len(c.Names)-1])
}

// Row is one line of the sweep: any one unit of Class (and of With, for a pair) fails.
type Row struct {
	Class   Class
	With    *Class // nil for a single failure
	Outcome Outcome
}

// CutSet is a smallest set of failures that stops something.
type CutSet struct {
	Units []string // unit names, a class standing for any of its units
}

// Report is the answer to every single failure and every pair.
type Report struct {
	Baseline Outcome
	Singles  []Row
	Pairs    []Row // worse than either single alone
	Cuts     []Row // every pair of failure domains that lose sight of each other
	// PairsJudged is how many pairs of units the pairs judged stand for.
	PairsJudged int

	StopsWrites, StopsAPI, StopsAll []CutSet
	// Points are the single points of failure: units whose loss alone takes the API, writes or every pod away.
	Points   []Point
	Sentence string // on the type, in plain words
}

// Point is a single point of failure.
type Point struct {
	Unit   string
	Nodes  []string // the nodes that go with it
	Takes  []Capability
	Reason string
	Remedy string
}

// classes groups units that are alike. Two nodes are alike when they have the same roles, share in etcd, failure domain and kind
// of hypervisor; two hypervisors or domains when they hold the same numbers of alike nodes.
func (m *Model) classes() []Class {
	kind := func(i int) string {
		n := m.nodes[i]
		member := ""
		if slices.Contains(m.members, i) {
			member = "m"
		}
		if m.dns != nil && slices.Contains(m.dns, i) {
			member += "d"
		}
		if len(m.dialled) == 1 && m.dialled[0] == i {
			member += "e"
		}
		return fmt.Sprint(n.Roles, member, "\x00", n.FailureDomain)
	}
	hostKind := map[string]string{"": ""}
	contents := func(nodes []int) string {
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
	units := m.Units()
	for _, u := range units {
		if u.Kind == HostUnit {
			hostKind[u.Name] = contents(u.nodes)
		}
	}
	var classes []Class
	at := map[string]int{}
	for _, u := range units {
		key := string(u.Kind) + "\x02"
		switch u.Kind {
		case NodeUnit:
			key += kind(u.nodes[0]) + "\x03" + hostKind[m.nodes[u.nodes[0]].Host]
		case HostUnit:
			key += hostKind[u.Name]
		case ZoneUnit: // domains are told apart: a cut and a person name them
			key += u.Name
		case BalancerUnit:
			key += u.Name
			if i, ok := m.index[u.Name]; ok {
				key = string(u.Kind) + "\x02" + kind(i)
			}
		}
		i, ok := at[key]
		if !ok {
			i = len(classes)
			at[key] = i
			classes = append(classes, Class{Kind: u.Kind})
		}
		classes[i].Names = append(classes[i].Names, u.Name)
		classes[i].units = append(classes[i].units, u)
	}
	return classes
}

// Sweep judges every single failure, every pair of them and every cut between two failure domains. It is exact: units that nothing
// tells apart are judged once.
func (m *Model) Sweep() Report {
	r := Report{Baseline: m.Outcome(Failure{}), Sentence: m.Sentence()}
	classes := m.classes()
	r.Singles = m.singles(classes)
	for i, a := range classes {
		for j := i; j < len(classes); j++ {
			b := classes[j]
			for _, pair := range m.pairs(a, b) {
				r.PairsJudged += pair.stands
				o := m.Outcome(Failure{Units: pair.units[:]})
				if worse(&o, &r.Singles[i].Outcome) && worse(&o, &r.Singles[j].Outcome) {
					with := b
					r.Pairs = append(r.Pairs, Row{Class: a, With: &with, Outcome: o})
					break
				}
			}
		}
	}
	zones := m.Zones()
	for i, a := range zones {
		for _, b := range zones[i+1:] {
			cut := Cut{a, b}
			r.Cuts = append(r.Cuts, Row{Class: Class{Names: []string{cut.String()}, Kind: CutUnit}, Outcome: m.Outcome(Failure{Cuts: []Cut{cut}})})
		}
	}
	r.StopsWrites = m.cutSets(classes, func(o *Outcome) bool { return o.State(EtcdWrites) == Down })
	r.StopsAPI = m.cutSets(classes, func(o *Outcome) bool { return o.State(API) == Down })
	r.StopsAll = m.cutSets(classes, func(o *Outcome) bool { return o.State(API) == Down && o.State(Pods) == Down })
	r.Points = m.Points(r.Singles)
	return r
}

// Singles judges every single failure of a unit.
func (m *Model) Singles() []Row { return m.singles(m.classes()) }

func (m *Model) singles(classes []Class) []Row {
	rows := make([]Row, len(classes))
	for i, c := range classes {
		rows[i] = Row{Class: c, Outcome: m.Outcome(Failure{Units: c.units[:1]})}
	}
	return rows
}

type pair struct {
	units  [2]Unit
	stands int
}

// pairs picks representatives of the pairs of units of two classes that the model can tell apart: units that share a node, and units that do not.
func (m *Model) pairs(a, b Class) []pair {
	same := a.Kind == b.Kind && a.Names[0] == b.Names[0]
	total := len(a.units) * len(b.units)
	if same {
		total = len(a.units) * (len(a.units) - 1) / 2
	}
	var picked []pair
	seen := map[bool]bool{}
	for _, u := range a.units[:1] {
		for _, v := range b.units {
			if same && u.Name == v.Name {
				continue
			}
			o := overlap(u, v)
			if contained(u, v) || seen[o] {
				continue // one inside the other is the other alone
			}
			seen[o] = true
			picked = append(picked, pair{units: [2]Unit{u, v}})
			if len(seen) == 2 {
				break
			}
		}
	}
	if len(picked) > 0 {
		picked[0].stands = total
	}
	return picked
}

func overlap(a, b Unit) bool {
	for _, i := range a.nodes {
		if slices.Contains(b.nodes, i) {
			return true
		}
	}
	return false
}

func contained(a, b Unit) bool {
	if len(a.nodes) == 0 || len(b.nodes) == 0 {
		return false
	}
	small, large := a, b
	if len(small.nodes) > len(large.nodes) {
		small, large = b, a
	}
	if len(small.nodes) > 1 && small.Kind == large.Kind {
		return false
	}
	for _, i := range small.nodes {
		if !slices.Contains(large.nodes, i) {
			return false
		}
	}
	return true
}

// worse says that something works less well than in the other outcome.
func worse(o, than *Outcome) bool {
	for i, v := range o.Verdicts {
		if v.State > than.Verdicts[i].State {
			return true
		}
	}
	return false
}

// deepest is the largest cut set that is looked for one by one.
const deepest = 4

// cutSets finds the smallest sets of units that stop something: all of the smallest size, by class.
func (m *Model) cutSets(classes []Class, stops func(*Outcome) bool) []CutSet {
	// zones and hosts are reported beside nodes: each size is searched over all kinds, and a set with a part that stops it alone is no smallest one
	for size := 1; size <= deepest; size++ {
		var found []CutSet
		budget := 200_000 / max(1, len(m.nodes)/50)
		m.choose(classes, size, 0, nil, nil, &budget, func(units []Unit, names []string) {
			o := m.Outcome(Failure{Units: units})
			if stops(&o) {
				found = append(found, CutSet{Units: slices.Clone(names)})
			}
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// choose walks the multisets of classes of a size.
func (m *Model) choose(classes []Class, size, from int, units []Unit, names []string, budget *int, visit func([]Unit, []string)) {
	if size == 0 {
		visit(units, names)
		return
	}
	for i := from; i < len(classes) && *budget > 0; i++ {
		c := classes[i]
		used := 0
		for _, u := range units {
			if slices.Contains(c.Names, u.Name) && u.Kind == c.Kind {
				used++
			}
		}
		if used >= len(c.units) {
			continue
		}
		*budget--
		m.choose(classes, size-1, i, append(units, c.units[used]), append(names, c.String()), budget, visit)
	}
}

// Points names what must not die alone, from the rows of single failures.
func (m *Model) Points(singles []Row) []Point {
	var points []Point
	for _, row := range singles {
		var takes []Capability
		reason := ""
		for _, c := range []Capability{EtcdWrites, API, Pods} {
			for _, v := range row.Outcome.Verdicts {
				if v.Capability == c && v.State == Down {
					takes = append(takes, c)
					if reason == "" {
						reason = v.Reason
					}
				}
			}
		}
		if len(takes) == 0 {
			continue
		}
		for _, u := range row.Class.units {
			p := Point{Unit: u.String(), Takes: takes, Reason: reason, Remedy: m.remedy(u, takes)}
			for _, i := range u.nodes {
				p.Nodes = append(p.Nodes, m.nodes[i].Name)
			}
			points = append(points, p)
		}
	}
	return points
}

// remedy says what would remove a single point of failure.
func (m *Model) remedy(u Unit, takes []Capability) string {
	members, cps, lbs := 0, 0, 0
	for _, i := range u.nodes {
		if slices.Contains(m.members, i) {
			members++
		}
		if slices.Contains(m.cps, i) {
			cps++
		}
		if m.nodes[i].Roles.Has(plan.Balancer) {
			lbs++
		}
	}
	n := len(m.members)
	switch {
	case u.Kind == BalancerUnit && u.Name == external:
		return "make the balancer itself redundant: the plan cannot see whether it is"
	case u.Kind == BalancerUnit || (lbs > 0 && members == 0 && cps < len(m.cps)):
		return "a second balancer with a virtual IP, or kube-vip on the control planes"
	case (u.Kind == ZoneUnit || u.Kind == HostUnit) && members > plan.FaultTolerance(n) && n > 1:
		if u.Kind == ZoneUnit && len(m.Zones()) < 3 {
			return "a third failure domain with a member of etcd: two can never survive the loss of either"
		}
		return fmt.Sprintf("spread etcd so that no %s holds more than %s", map[Kind]string{ZoneUnit: "failure domain", HostUnit: "hypervisor"}[u.Kind], count(plan.FaultTolerance(n), "member"))
	case members == n && n == 1:
		return "three etcd members instead of one: type " + string(topologies.MultiEtcdMultiMaster)
	case members > plan.FaultTolerance(n):
		return fmt.Sprintf("%d etcd members, which tolerate the loss of %d", 2*members+1, members)
	case cps == len(m.cps) && u.Kind == NodeUnit:
		return "more control planes behind a load balancer"
	case cps == len(m.cps):
		return fmt.Sprintf("control planes in another %s too", map[Kind]string{ZoneUnit: "failure domain", HostUnit: "hypervisor"}[u.Kind])
	}
	return "workers elsewhere too"
}

// Sentence says in plain words what the type makes of it all.
func (m *Model) Sentence() string {
	n, tolerance := len(m.members), plan.FaultTolerance(len(m.members))
	switch t := m.p.Cluster.Type; {
	case len(m.cps) == 0:
		return "The vendor runs the control plane and etcd; this design decides about workers alone."
	case t == topologies.AllInOne:
		return "One node is everything: when it dies, so does the cluster, and its data with its disk."
	case t == topologies.SingleEtcdSingleMaster:
		return "The one control plane holds the one etcd: while it is down, running pods go on and nothing can be changed; workers may die freely."
	case t == topologies.SingleEtcdMultiMaster:
		return fmt.Sprintf("The lone etcd on %s cancels the redundancy of the %d control planes: any of them may die, and when %s does, nothing can be changed.",
			m.p.Etcd.Members[0].Name, len(m.cps), m.p.Etcd.Members[0].Name)
	case m.p.Etcd.Placement == topologies.Stacked:
		return fmt.Sprintf("Each of the %d control planes holds one of the %d etcd members: any %d of them may die at once.", len(m.cps), n, tolerance)
	}
	return fmt.Sprintf("%d etcd members of their own tolerate the loss of %d, and the API lives while one of %d control planes does.", n, tolerance, len(m.cps))
}

// Survives says whether the cluster takes writes, answers at its endpoint and schedules after the loss of any units of the kind at once
// ("node", "zone", "host"), and, where it does not, the first loss that stops it.
func (m *Model) Survives(units int, kind Kind) (bool, *Outcome) {
	var classes []Class
	for _, c := range m.classes() {
		if c.Kind == kind {
			classes = append(classes, c)
		}
	}
	var stopped *Outcome
	budget := 1_000_000
	m.choose(classes, units, 0, nil, nil, &budget, func(chosen []Unit, _ []string) {
		if stopped != nil {
			return
		}
		o := m.Outcome(Failure{Units: slices.Clone(chosen)})
		for _, c := range []Capability{EtcdWrites, API, Scheduling, Pods} {
			if s := o.State(c); s == Down || s == Depends {
				stopped = &o
				return
			}
		}
	})
	return stopped == nil && len(classes) > 0, stopped
}
