package simulate

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// randomPlan creates a small plan, sometimes with unusual placements.
func randomPlan(r *rand.Rand) *plan.Plan {
	p := &plan.Plan{}
	p.Cluster.Type = topologies.MultiEtcdMultiMaster
	p.Cluster.Version = plan.Version{Major: 1, Minor: 32 + r.IntN(3)}
	p.Etcd.Placement = topologies.External
	stacked := r.IntN(2) == 0
	if stacked {
		p.Etcd.Placement = topologies.Stacked
	}
	p.LoadBalancer.Kind = []string{plan.HAProxy, plan.HAProxy, plan.KubeVIP, plan.ExternalBalancer, plan.NoBalancer}[r.IntN(5)]
	switch r.IntN(4) {
	case 0:
		p.Cluster.Endpoint.Host = "lb-1"
	case 1:
	default:
		p.LoadBalancer.VirtualIP = netip.MustParseAddr("10.0.0.10")
	}
	zones, hosts, segments := r.IntN(4), r.IntN(5), r.IntN(3) == 0
	feeds, nested := max(0, r.IntN(5)-2), r.IntN(3) == 0
	place := func(prefix string, of int) string {
		if of == 0 || r.IntN(6) == 0 {
			return ""
		}
		return fmt.Sprint(prefix, 1+r.IntN(of))
	}
	add := func(prefix string, n int, roles func() plan.Roles) {
		for i := range n {
			node := &plan.Node{Name: fmt.Sprintf("%s-%d", prefix, i+1), Roles: roles(), Address: netip.MustParseAddr("10.0.0.1")}
			if segments && r.IntN(3) == 0 {
				node.Address = netip.MustParseAddr("10.0.1.1")
			}
			node.FailureDomain, node.Host, node.Power = place("z", zones), place("h", hosts), place("feed-", feeds)
			if nested && node.FailureDomain != "" { // z1 and z2 in r1, or a node in the room itself
				node.FailureDomain = []string{"r1/" + node.FailureDomain, "r2/" + node.FailureDomain, "r1"}[r.IntN(3)]
			}
			p.Nodes = append(p.Nodes, node)
			if node.Roles.Has(plan.EtcdRole) {
				p.Etcd.Members = append(p.Etcd.Members, plan.Member{Name: node.Name, Node: node})
			}
			if node.Roles.Has(plan.Balancer) && p.LoadBalancer.Kind == plan.HAProxy {
				p.LoadBalancer.Nodes = append(p.LoadBalancer.Nodes, node)
			}
		}
	}
	maybe := func(roles plan.Roles, extra plan.Roles) func() plan.Roles {
		some := r.IntN(2) == 0
		return func() plan.Roles {
			if some && r.IntN(2) == 0 {
				return roles | extra
			}
			return roles
		}
	}
	balancer := plan.Roles(0)
	if p.LoadBalancer.Kind == plan.HAProxy {
		balancer = plan.Balancer
	}
	cp := plan.Roles(plan.ControlPlane)
	if stacked {
		cp |= plan.EtcdRole
	} else {
		add("etcd", 1+r.IntN(5), maybe(plan.EtcdRole, balancer))
	}
	add("cp", 1+r.IntN(4), maybe(cp, plan.Worker|balancer))
	add("w", 1+r.IntN(3), maybe(plan.Worker, balancer))
	if balancer != 0 {
		add("lb", 1+r.IntN(3), maybe(balancer, 0))
	}
	return p
}

func names(units []Unit) string {
	var names []string
	for _, u := range units {
		names = append(names, u.String())
	}
	slices.Sort(names)
	return strings.Join(names, " + ")
}

// subsets visits every set of the given size.
func subsets(units []Unit, size int, visit func([]Unit)) {
	var walk func(from int, chosen []Unit)
	walk = func(from int, chosen []Unit) {
		if len(chosen) == size {
			visit(chosen)
			return
		}
		for i := from; i < len(units); i++ {
			walk(i+1, append(chosen[:len(chosen):len(chosen)], units[i]))
		}
	}
	walk(0, nil)
}

// smallestByForce tries every set of up to three units.
func smallestByForce(m *Model, units []Unit, stops func(*Outcome) bool) []string {
	for size := 1; size <= 3; size++ {
		var found []string
		subsets(units, size, func(chosen []Unit) {
			if o := m.Outcome(Failure{Units: chosen}); stops(&o) {
				found = append(found, names(chosen))
			}
		})
		if len(found) > 0 {
			slices.Sort(found)
			return found
		}
	}
	return nil
}

// For every unit, pair, and cut of small plans, the sweep gives the same verdict as judging it individually.
func TestSweepMatchesBruteForce(t *testing.T) {
	for seed := range uint64(90) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := randomPlan(r)
		m := New(p)
		if r.IntN(4) == 0 {
			placed, err := m.PlaceDNS([]string{"cp-1", "w-1"})
			if err != nil {
				t.Fatal(err)
			}
			m = placed
		}
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { matchesBruteForce(t, m) }) {
			for _, n := range p.Nodes {
				t.Logf("%s: %v in %q on %q", n.Name, n.Roles, n.FailureDomain, n.Host)
			}
			t.FailNow()
		}
	}
}

func matchesBruteForce(t *testing.T, m *Model) {
	units, report := m.Units(), m.Sweep()

	single := map[string]Outcome{}
	for _, row := range report.Singles {
		for _, u := range row.Class.units {
			single[u.String()] = m.Outcome(Failure{Units: []Unit{u}})
			if got := states(single[u.String()]); got != states(row.Outcome) {
				t.Errorf("%s: %s, its class says %s", u, got, states(row.Outcome))
			}
		}
	}

	got := map[string]string{}
	for _, row := range report.Pairs {
		for i, u := range row.Class.units {
			with := row.With.units
			if row.two() {
				with = with[i+1:]
			}
			for _, v := range with {
				got[names([]Unit{u, v})] = states(row.Outcome)
			}
		}
	}
	subsets(units, 2, func(pair []Unit) {
		o := m.Outcome(Failure{Units: pair})
		stops := false
		for _, c := range Capabilities {
			a, b := single[pair[0].String()], single[pair[1].String()]
			stops = stops || o.State(c) == Down && a.State(c) != Down && b.State(c) != Down
		}
		n := names(pair)
		if row, found := got[n]; found != stops || found && row != states(o) {
			t.Errorf("%s: is in the sweep %v (%s), stops something %v (%s)", n, found, row, stops, states(o))
		}
		delete(got, n)
	})
	for pair := range got {
		t.Errorf("no such pair: %s", pair)
	}

	for _, c := range []struct {
		what  string
		got   Stops
		stops func(*Outcome) bool
	}{
		{"writes", report.StopsWrites, func(o *Outcome) bool { return o.State(EtcdWrites) == Down }},
		{"the API", report.StopsAPI, func(o *Outcome) bool { return o.State(API) == Down }},
		{"all", report.StopsAll, func(o *Outcome) bool { return o.State(API) == Down && o.State(Pods) == Down }},
	} {
		var got []string
		for _, set := range c.got.Sets {
			if len(set) <= 3 {
				got = append(got, names(set))
			}
		}
		slices.Sort(got)
		if want := smallestByForce(m, units, c.stops); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, want)
		}
		if _, more := c.got.Lines(1000); more != 0 {
			t.Errorf("%s: %d sets are in no line", c.what, more)
		}
	}

	for _, kind := range []Kind{NodeUnit, ZoneUnit, PowerUnit, HostUnit} {
		if report.Baseline.State(API) == Depends {
			if stopped, _ := m.Survives(1, kind); stopped == nil || len(stopped.Failure.Units) > 0 {
				t.Errorf("one %s: %+v, although chance decides while everything is up", kind, stopped)
			}
			continue
		}
		of := slices.DeleteFunc(slices.Clone(units), func(u Unit) bool {
			return u.Kind != kind || kind == ZoneUnit && !slices.Contains(m.Zones(), u.Name)
		})
		want := smallestByForce(m, of, func(o *Outcome) bool {
			return slices.ContainsFunc([]Capability{EtcdWrites, API, Scheduling, Pods}, func(c Capability) bool {
				return o.State(c) >= Depends
			})
		})
		stopped, exhausted := m.Survives(3, kind)
		if exhausted || (stopped == nil) != (want == nil) || stopped != nil && !slices.Contains(want, names(stopped.Failure.Units)) {
			t.Errorf("three %ss: %+v, want one of %q", kind, stopped, want)
		}
	}

	for _, row := range report.Cuts {
		for _, text := range row.Class.Names {
			cut, err := m.Cut(text)
			if err != nil {
				t.Fatal(err)
			}
			if o := m.Outcome(Failure{Cuts: []Cut{cut}}); states(o) != states(row.Outcome) {
				t.Errorf("cut %s: %s, its class says %s", text, states(o), states(row.Outcome))
			}
		}
	}
}

// Lines name their sets and no others, and together all sets.
func TestLinesNameTheSets(t *testing.T) {
	folded := 0
	for seed := range uint64(300) {
		m := New(randomPlan(rand.New(rand.NewPCG(seed, 2))))
		units := m.Units()
		for what, ways := range map[string][]way{"writes": m.ways(EtcdWrites), "API": m.ways(API), "all": both(m.ways(API), m.ways(Pods))} {
			stops := m.smallest(units, ways, Deepest, mostSteps)
			if len(stops.Sets) == 0 || len(stops.Sets[0]) == 1 {
				continue
			}
			var want, got []string
			for _, set := range stops.Sets {
				want = append(want, names(set))
			}
			for _, l := range stops.lines {
				var of []string
				for _, set := range l.sets {
					of = append(of, names(pick(units, set)))
				}
				slices.Sort(of)
				if said := expand(t, l.text); !slices.Equal(said, of) {
					t.Errorf("seed %d, %s: %q names %q, its sets are %q", seed, what, l.text, said, of)
				}
				got = append(got, of...)
				if len(of) > 1 {
					folded++
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, want) {
				t.Errorf("seed %d, %s: the lines name %q, want %q", seed, what, got, want)
			}
		}
	}
	if folded < 100 {
		t.Errorf("%d lines name several sets", folded)
	}
}

// expand parses a line: names joined by plus signs, the last of which may be a choice.
func expand(t *testing.T, line string) []string {
	sets := [][]Unit{nil}
	for _, part := range strings.Split(line, " + ") {
		choose := 1
		if head, list, choice := strings.Cut(part, ": "); choice {
			of := 0
			if _, err := fmt.Sscanf(head, "any of %d", &of); err != nil {
				if _, err := fmt.Sscanf(head, "any %d of %d", &choose, &of); err != nil {
					t.Fatal(line)
				}
			}
			part = list
		}
		var places [][]Unit
		kind := ""
		for _, place := range regexp.MustCompile(`[^ ,]+( … [^ ,]+)?( \(or [^)]*\))?`).FindAllString(part, -1) {
			place = strings.NewReplacer("(or ", "", ")", "", ",", "").Replace(place)
			if first, last, run := strings.Cut(place, " … "); run {
				if k, _, found := strings.Cut(first, "/"); found && isKind(k) {
					kind = k
				}
				first = strings.TrimPrefix(first, kind+"/")
				for i, to := int(first[len(first)-1]), int(last[len(last)-1]); i <= to; i++ {
					places = append(places, []Unit{{Kind: Kind(kind), Name: first[:len(first)-1] + string(rune(i))}})
				}
				continue
			}
			var alike []Unit
			for _, name := range strings.Fields(place) {
				if k, rest, found := strings.Cut(name, "/"); found && isKind(k) {
					kind, name = k, rest
				}
				alike = append(alike, Unit{Kind: Kind(kind), Name: name})
			}
			places = append(places, alike)
		}
		var wider [][]Unit
		var walk func(from, choose int, set []Unit)
		walk = func(from, choose int, set []Unit) {
			if choose == 0 {
				wider = append(wider, set)
				return
			}
			for i := from; i < len(places); i++ {
				for _, u := range places[i] {
					walk(i+1, choose-1, append(slices.Clone(set), u))
				}
			}
		}
		for _, set := range sets {
			walk(0, choose, set)
		}
		sets = wider
	}
	var said []string
	for _, set := range sets {
		said = append(said, names(set))
	}
	slices.Sort(said)
	return said
}

// isKind distinguishes a unit with its kind from a nested failure domain.
func isKind(s string) bool {
	return slices.Contains([]Kind{NodeUnit, ZoneUnit, PowerUnit, HostUnit, BalancerUnit}, Kind(s))
}

// Units in every set come first, the choice last; sets that no single choice describes have lines of the same form.
func TestLinesOfTheWholeCluster(t *testing.T) {
	lb2 := design{cps: 3, workers: 2, kind: plan.KubeVIP, stacked: true}
	domains := design{cps: 3, workers: 3, kind: plan.KubeVIP, stacked: true, zones: racks, cpZones: racks}
	for _, c := range []struct {
		d    design
		want []string
	}{
		{lb2, []string{"node/w-1 + node/w-2 + any 2 of 3: node/cp-1, cp-2, cp-3"}},
		{domains, []string{
			"zone/rack-a + zone/rack-b + any of 2: node/w-3, zone/rack-c",
			"zone/rack-a + zone/rack-c + any of 2: node/w-2, zone/rack-b",
			"zone/rack-b + zone/rack-c + any of 2: node/w-1, zone/rack-a",
		}},
	} {
		if lines, more := New(c.d.plan()).Sweep().StopsAll.Lines(8); !slices.Equal(lines, c.want) || more != 0 {
			t.Errorf("%q and %d more, want %q", lines, more, c.want)
		}
	}
}

// A search that gives up says so, and makes no claim.
func TestSearchGivesUp(t *testing.T) {
	m := New(design{etcd: 7, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	if stops := m.smallest(m.Units(), m.ways(EtcdWrites), Deepest, 1); !stops.Exhausted || len(stops.Sets) != 0 {
		t.Errorf("%+v", stops)
	}
	if stops := m.smallest(m.Units(), m.ways(EtcdWrites), Deepest, mostSteps); stops.Exhausted || len(stops.Sets) == 0 {
		t.Errorf("%+v", stops)
	}
}

// hall is a large design: five etcd members and as many control planes, each in its own rack, and workers in all racks.
func hall(nodes, racks int) design {
	d := design{etcd: 5, cps: 5, workers: nodes - 12, lbs: 2, kind: plan.HAProxy}
	for i := range racks {
		d.zones = append(d.zones, fmt.Sprintf("r%03d", i))
	}
	d.cpZones, d.lbZones = d.zones[5:10], d.zones[10:12]
	return d
}

// The result for a large design does not depend on the names of its nodes.
func TestLargeDesigns(t *testing.T) {
	for _, d := range []design{hall(412, 40), hall(5000, 200)} {
		d.rename = func(s string) string { return strings.NewReplacer("etcd", "store", "w-", "app-").Replace(s) }
		m := New(d.plan())
		r := m.Sweep()
		if len(r.StopsWrites.Sets) != 80 || len(r.StopsWrites.Sets[0]) != 3 || r.StopsWrites.Exhausted {
			t.Errorf("%d nodes: %d sets stop writes", len(m.nodes), len(r.StopsWrites.Sets))
		}
		lines, more := r.StopsWrites.Lines(8)
		if want := "any 3 of 5: node/store-1 (or zone/r000), node/store-2 (or zone/r001), node/store-3 (or zone/r002), node/store-4 (or " +
			"zone/r003), node/store-5 (or zone/r004)"; len(lines) != 1 || more != 0 || lines[0] != want {
			t.Errorf("%q and %d more, want %q", lines, more, want)
		}
		if len(r.StopsAll.Sets) != 0 || r.StopsAll.Exhausted {
			t.Errorf("%+v", r.StopsAll)
		}
		if o, exhausted := m.Survives(2, ZoneUnit); o != nil && o.State(API) != Down || exhausted {
			t.Errorf("%+v", o)
		}
	}
}

// A unit is a single point of failure exactly if a requirement to survive the loss of one unit of its kind fails because of it.
func TestPointsAreWhatRequirementsRefuse(t *testing.T) {
	named := shapes[6]
	named.endpoint = "lb-1"
	for _, d := range append(slices.Clone(shapes), named) {
		m := New(d.plan())
		points := map[string]bool{}
		for _, p := range m.Points(m.Singles()) {
			points[p.Unit] = true
		}
		for _, u := range m.Units() {
			stops := m.smallest([]Unit{u}, m.risks(), 1, mostSteps)
			if refused := len(stops.Sets) > 0; refused != points[u.String()] {
				t.Errorf("%+v: %s: refused %v, a point %v", d, u, refused, points[u.String()])
			}
		}
	}
}

// Remedies fix the reported problem, and claims are true.
func TestRemediesAndSentences(t *testing.T) {
	a, ab := racks[:1], racks[:2]
	external3 := design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}
	oneZone, oneRackOfBalancers, four, twoZones, named := external3, external3, external3, external3, external3
	oneZone.zones, oneRackOfBalancers.lbZones, four.etcd, four.lbZones, twoZones.zones = a, a, 4, ab, ab
	named.apart, named.endpoint = true, "lb-1"
	small := design{etcd: 1, cps: 1, workers: 1, stacked: true, kind: plan.NoBalancer}
	small3 := small
	small3.workers = 3
	lone := design{etcd: 1, cps: 2, workers: 2, kind: plan.KubeVIP}
	stacked := design{cps: 3, workers: 2, lbs: 1, kind: plan.HAProxy, stacked: true}
	for _, c := range []struct {
		name     string
		d        design
		kind     topologies.Type
		change   func(*plan.Plan)
		sentence string
		remedies []string // unit: remedy
	}{
		{"all in one zone", oneZone, topologies.MultiEtcdMultiMaster, nil,
			"3 dedicated etcd members tolerate the loss of 1, and the API works as long as 1 of 3 control planes is up.",
			[]string{"zone/rack-a: spread etcd over 3 failure domains (the design has 1), no more than 1 member in each; control planes, " +
				"a balancer, and workers in another failure domain too"}},
		{"both balancers in one rack", oneRackOfBalancers, topologies.MultiEtcdMultiMaster, nil, "",
			[]string{"zone/rack-a: a balancer in another failure domain too"}},
		{"four members in three racks", four, topologies.MultiEtcdMultiMaster, nil, "",
			[]string{"zone/rack-a: 3 etcd members instead of 4, spread so no failure domain holds more than 1 member"}},
		{"two zones", twoZones, topologies.MultiEtcdMultiMaster, nil, "",
			[]string{"zone/rack-a: spread etcd over 3 failure domains (the design has 2), no more than 1 member in each"}},
		{"the endpoint names one balancer", named, topologies.MultiEtcdMultiMaster, nil,
			"3 dedicated etcd members tolerate the loss of 1, and the API works as long as 1 of 3 control planes is up. " +
				"The loss of lb-1 stops the API.",
			[]string{"node/lb-1: a virtual IP that moves between the balancers",
				"balancer/lb-1: a virtual IP that moves between the balancers",
				"zone/rack-a: a virtual IP that moves between the balancers"}},
		{"one worker", small, topologies.SingleEtcdSingleMaster, nil,
			"The only control plane runs the only etcd member: while it is down, running pods continue and nothing can be changed. " +
				"The loss of w-1 stops every pod.",
			[]string{"node/cp-1: three etcd members instead of one: type multi-etcd-multi-master", "node/w-1: a second worker"}},
		{"three workers", small3, topologies.SingleEtcdSingleMaster, nil,
			"The only control plane runs the only etcd member: while it is down, running pods continue and nothing can be changed; " +
				"workers may fail as long as one is left.", nil},
		{"etcd beside a control plane", lone, topologies.SingleEtcdMultiMaster, func(p *plan.Plan) {
			p.Nodes, p.Nodes[1].Roles = p.Nodes[1:], plan.ControlPlane|plan.EtcdRole
			p.Etcd.Members[0] = plan.Member{Name: "cp-1", Node: p.Nodes[0]}
		}, "The only etcd member on cp-1 cancels the redundancy of the 2 control planes: cp-2 may fail, and when cp-1 does, " +
			"nothing can be changed.", nil},
		{"etcd of its own", lone, topologies.SingleEtcdMultiMaster, nil,
			"The only etcd member on etcd-1 cancels the redundancy of the 2 control planes: any one of them may fail, and when etcd-1 " +
				"does, " +
				"nothing can be changed.", nil},
		{"the lone balancer on a control plane", stacked, topologies.MultiEtcdMultiMaster, func(p *plan.Plan) {
			p.Nodes[0].Roles |= plan.Balancer
			p.Nodes, p.LoadBalancer.Nodes = p.Nodes[:5], p.Nodes[:1]
		}, "Each of the 3 control planes holds one of the 3 etcd members, which tolerate the loss of 1. The loss of cp-1 stops the API.",
			[]string{"node/cp-1: a second balancer with a virtual IP, or kube-vip on the control planes",
				"balancer/cp-1: a second balancer with a virtual IP, or kube-vip on the control planes"}},
		{"the balancers on two of five control planes", design{cps: 5, workers: 2, lbs: 1, kind: plan.HAProxy, stacked: true},
			topologies.MultiEtcdMultiMaster, func(p *plan.Plan) {
				p.Nodes[0].Roles |= plan.Balancer
				p.Nodes[1].Roles |= plan.Balancer
				p.Nodes, p.LoadBalancer.Nodes = p.Nodes[:7], p.Nodes[:2]
			}, "Each of the 5 control planes holds one of the 5 etcd members, which tolerate the loss of 2. " +
				"The loss of cp-1 and cp-2 stops the API.", nil},
		{"stacked", design{cps: 5, workers: 2, kind: plan.KubeVIP, stacked: true}, topologies.MultiEtcdMultiMaster, nil,
			"Each of the 5 control planes holds one of the 5 etcd members: any 2 of them may fail at once.", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := c.d.plan()
			p.Cluster.Type = c.kind
			if c.change != nil {
				c.change(p)
			}
			m := New(p)
			if got := m.Sentence(); c.sentence != "" && got != c.sentence {
				t.Errorf("got  %s\nwant %s", got, c.sentence)
			}
			var got []string
			for _, point := range m.Points(m.Singles()) {
				got = append(got, point.Unit+": "+point.Remedy)
			}
			if c.remedies != nil && !slices.Equal(got, c.remedies) {
				t.Errorf("got  %q\nwant %q", got, c.remedies)
			}
		})
	}
}
