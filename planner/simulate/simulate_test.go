package simulate

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// design is a plan: etcd members, control planes, and workers distributed round-robin over zones.
type design struct {
	etcd, cps, workers, lbs int
	stacked                 bool
	converged               bool // control planes run pods, too
	minor                   int  // of Kubernetes
	zones                   []string
	cpZones, lbZones        []string // of control planes and balancers, if different
	kind                    string
	apart                   bool // the balancers share no address
	endpoint                string
	rename                  func(string) string
}

func (d design) plan() *plan.Plan {
	p := &plan.Plan{}
	p.Cluster.Type = topologies.MultiEtcdMultiMaster
	p.Etcd.Placement = topologies.External
	if d.stacked {
		p.Etcd.Placement = topologies.Stacked
	}
	p.LoadBalancer.Kind = d.kind
	p.Cluster.Endpoint.Host = d.endpoint
	if !d.apart {
		p.LoadBalancer.VirtualIP = netip.MustParseAddr("10.0.0.10")
	}
	p.Cluster.Version = plan.Version{Major: 1, Minor: d.minor}
	pods := plan.Roles(0)
	if d.converged {
		pods = plan.Worker
	}
	add := func(prefix string, n int, roles plan.Roles, zones []string) {
		if zones == nil {
			zones = d.zones
		}
		for i := range n {
			name := fmt.Sprintf("%s-%d", prefix, i+1)
			if d.rename != nil {
				name = d.rename(name)
			}
			node := &plan.Node{Name: name, Roles: roles, Address: netip.MustParseAddr("10.0.0.1")}
			if len(zones) > 0 {
				node.FailureDomain = zones[i%len(zones)]
			}
			p.Nodes = append(p.Nodes, node)
			if roles.Has(plan.EtcdRole) {
				p.Etcd.Members = append(p.Etcd.Members, plan.Member{Name: name, Node: node})
			}
			if roles.Has(plan.Balancer) {
				p.LoadBalancer.Nodes = append(p.LoadBalancer.Nodes, node)
			}
		}
	}
	if d.stacked {
		add("cp", d.cps, plan.ControlPlane|plan.EtcdRole|pods, d.cpZones)
	} else {
		add("etcd", d.etcd, plan.EtcdRole, nil)
		add("cp", d.cps, plan.ControlPlane|pods, d.cpZones)
	}
	add("w", d.workers, plan.Worker, nil)
	add("lb", d.lbs, plan.Balancer, d.lbZones)
	return p
}

var racks = []string{"rack-a", "rack-b", "rack-c"}

func outcome(t *testing.T, p *plan.Plan, kill, cut string) Outcome {
	t.Helper()
	m := New(p)
	var f Failure
	for _, text := range strings.Fields(kill) {
		u, err := m.Unit(text)
		if err != nil {
			t.Fatal(err)
		}
		f.Units = append(f.Units, u)
	}
	if cut != "" {
		c, err := m.Cut(cut)
		if err != nil {
			t.Fatal(err)
		}
		f.Cuts = append(f.Cuts, c)
	}
	return m.Outcome(f)
}

func TestVerdicts(t *testing.T) {
	external3 := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, zones: racks}
	stacked3 := design{cps: 3, workers: 2, lbs: 1, kind: plan.HAProxy, stacked: true, zones: racks}
	vip := design{cps: 3, workers: 2, kind: plan.KubeVIP, stacked: true, zones: racks}
	lone := design{etcd: 1, cps: 3, workers: 1, lbs: 1, kind: plan.HAProxy}
	converged := design{cps: 3, workers: 1, lbs: 1, kind: plan.HAProxy, stacked: true, converged: true, minor: 33}
	converged132 := design{cps: 3, workers: 1, lbs: 1, kind: plan.HAProxy, stacked: true, converged: true, minor: 32}
	one := design{cps: 1, workers: 2, kind: plan.NoBalancer, stacked: true}
	stackedVIP := design{cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, stacked: true, zones: racks}
	apart := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, apart: true}
	named := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, apart: true, endpoint: "lb-1"}
	for _, c := range []struct {
		name      string
		d         design
		kill, cut string
		want      string // states in the order of Capabilities
	}{
		{"nothing", external3, "", "", "up up up up up up up up"},
		{"a worker", external3, "node/w-1", "", "up up up up degraded degraded degraded up"},
		{"an etcd member", external3, "node/etcd-1", "", "degraded degraded degraded up up up up up"},
		{"a control plane", external3, "node/cp-1", "", "up up degraded degraded up degraded degraded up"},
		{"two members", external3, "node/etcd-1 node/etcd-2", "", "down down down down up degraded up down"},
		{"both balancers", external3, "node/lb-1 node/lb-2", "", "up up down down up degraded up down"},
		{"one balancer process", external3, "balancer/lb-1", "", "up up degraded up up up up up"},
		{"every control plane", external3, "node/cp-1 node/cp-2 node/cp-3", "", "up up down down up degraded depends down"},
		{"a rack", external3, "zone/rack-a", "", "degraded degraded degraded degraded degraded degraded depends up"},
		{"two racks", external3, "zone/rack-a zone/rack-b", "", "down down down down down down depends down"},
		// Each balancer hears its own rack and rack-c: both find an API server. Which of these loses requests to the member without a
		// leader, and whether the scheduler is next to such a server, depends on chance.
		{"racks a and b cut apart", external3, "", "rack-a:rack-b", "degraded degraded degraded depends up degraded degraded depends"},
		// the balancers hear each other, and the one with the address keeps it
		{"a balancer's rack and the one without", external3, "", "rack-a:rack-c",
			"degraded degraded depends depends up degraded degraded depends"},
		{"the other balancer's rack and the one without", external3, "", "rack-b:rack-c",
			"degraded degraded depends depends up degraded degraded depends"},
		{"a balancer's rack cut off, stacked", stackedVIP, "", "rack-a:rack-c",
			"degraded degraded depends degraded up degraded degraded depends"},
		// keepalived's check moves the address away from the one that cannot forward anything
		{"the process of the other balancer", stackedVIP, "balancer/lb-2", "rack-b:rack-c",
			"degraded degraded degraded degraded up degraded degraded up"},
		{"the process of a balancer that is cut off from the other", stackedVIP, "balancer/lb-2", "rack-a:rack-b",
			"degraded degraded depends degraded up degraded degraded depends"},
		{"the balancer that the endpoint names", named, "node/lb-1", "", "up up down down up degraded up down"},
		{"the balancer that it goes past", named, "node/lb-2", "", "up up degraded up up up up up"},
		{"one of two balancers without an address between them", apart, "node/lb-1", "", "up up depends depends up up up depends"},
		{"the process of one of these", apart, "balancer/lb-2", "", "up up depends depends up up up depends"},
		{"stacked, one control plane", stacked3, "node/cp-2", "", "degraded degraded degraded degraded up degraded degraded up"},
		{"stacked, two control planes", stacked3, "node/cp-2 node/cp-3", "", "down down down down up degraded depends down"},
		{"kube-vip, one control plane", vip, "node/cp-1", "", "degraded degraded degraded degraded up degraded degraded up"},
		{"the lone etcd", lone, "node/etcd-1", "", "down down down down up degraded up down"},
		{"a control plane beside the lone etcd", lone, "node/cp-1", "", "up up degraded degraded up degraded degraded up"},
		{"the lone balancer", lone, "node/lb-1", "", "up up down down up degraded up down"},
		// since 1.33 a control plane's kubelet connects to its own API server
		{"the lone balancer, pods on control planes", converged, "node/lb-1", "", "up up down degraded up degraded up down"},
		{"the lone balancer, pods on control planes, without the other worker", converged, "node/lb-1 node/w-1", "",
			"up up down degraded degraded degraded degraded down"},
		{"the lone balancer, pods on control planes, 1.32", converged132, "node/lb-1", "", "up up down down up degraded up down"},
		{"the one control plane", one, "node/cp-1", "", "down down down down up degraded degraded down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := outcome(t, c.d.plan(), c.kill, c.cut)
			var got []string
			for _, v := range o.Verdicts {
				got = append(got, v.State.String())
				if v.Reason == "" {
					t.Errorf("%s has no reason", v.Capability)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
				for _, v := range o.Verdicts {
					t.Logf("%s %s: %s %v", v.Capability, v.State, v.Reason, v.From)
				}
			}
		})
	}
}

func TestRecovery(t *testing.T) {
	external3 := design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks, lbZones: racks[:1]}
	gathered := external3
	gathered.cpZones = racks[:1]
	stacked := design{cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, stacked: true, zones: racks}
	const keys = "the keys of the cluster's authorities are lost with the old one"
	for _, c := range []struct {
		d     design
		kill  string
		loss  bool
		human bool
		want  string
	}{
		{external3, "node/etcd-1", false, true, "remove 1 lost member from etcd and add a replacement"},
		{external3, "node/etcd-1 node/etcd-2", true, true, "quorum is lost for good: restore the newest snapshot, or force a new cluster " +
			"from a surviving member (1); writes that it has not received are lost"},
		{external3, "node/etcd-1 node/etcd-2 node/etcd-3", true, true,
			"the data is lost with the disks: rebuild etcd from the newest snapshot; later writes are lost"},
		{external3, "node/w-1", false, false, "pods are placed on other nodes; join a new worker when convenient"},
		{external3, "node/w-1 node/w-2 node/w-3", false, false, "join new workers: no worker is left for pods"},
		{external3, "node/cp-1", false, true, "join a new control plane in place of each lost one"},
		{external3, "node/cp-1 node/cp-2 node/cp-3", false, true, "build new control planes from a backup of /etc/kubernetes/pki: " + keys +
			"s; etcd keeps the data"},
		{external3, "zone/rack-a", false, true, "remove 1 lost member from etcd and add a replacement; join a new control plane in place " +
			"of each lost one; run the playbook on new balancers; join new workers"},
		{gathered, "zone/rack-a", false, true,
			"remove 1 lost member from etcd and add a replacement; build new control planes from a backup of /etc/kubernetes/pki: " + keys +
				"s; run the playbook on new balancers; join new workers"},
		{external3, "balancer/lb-1", false, false, "start the process again; nothing is lost"},
		{stacked, "node/cp-1", false, true, "remove 1 lost member from etcd; join a new control plane in place of each lost one"},
		{design{cps: 1, workers: 1, kind: plan.NoBalancer, stacked: true}, "node/cp-1", true, true,
			"the data is lost with the disks: rebuild etcd from the newest snapshot; later writes are lost; build a new control " +
				"plane from a backup of /etc/kubernetes/pki: " + keys},
	} {
		r := outcome(t, c.d.plan(), c.kill, "").Recovery
		if r.DataLoss != c.loss || r.Human != c.human || r.Lost != c.want {
			t.Errorf("%s: %+v\nwant %s", c.kill, r, c.want)
		}
	}
	if r := outcome(t, external3.plan(), "", "rack-a:rack-b").Recovery; r.Lost != "fix the network; nothing is lost" {
		t.Errorf("%+v", r)
	}
}

// Quorum arithmetic, against its definition: the smallest size at which any two groups share a member.
func TestQuorumArithmetic(t *testing.T) {
	for n := 1; n <= 9; n++ {
		q := plan.Quorum(n)
		if 2*q <= n || 2*(q-1) > n {
			t.Errorf("quorum of %d is %d", n, q)
		}
		p := design{etcd: n, cps: 3, workers: 1, kind: plan.ExternalBalancer}.plan()
		for dead := 0; dead <= n; dead++ {
			var kill []string
			for i := range dead {
				kill = append(kill, fmt.Sprintf("node/etcd-%d", i+1))
			}
			o := outcome(t, p, strings.Join(kill, " "), "")
			if up := o.State(EtcdWrites) != Down; up != (dead <= plan.FaultTolerance(n)) {
				t.Errorf("%d members, %d dead: writes %v", n, dead, up)
			}
		}
	}
}

// More members never tolerate fewer losses.
func TestMoreMembersNeverTolerateLess(t *testing.T) {
	tolerated := -1
	for n := 1; n <= 9; n++ {
		if f := plan.FaultTolerance(n); f < tolerated {
			t.Errorf("%d members tolerate %d, fewer tolerate %d", n, f, tolerated)
		} else {
			tolerated = f
		}
	}
}

var shapes = []design{
	{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks},
	{etcd: 5, cps: 2, workers: 2, lbs: 1, kind: plan.HAProxy, zones: racks[:2]},
	{cps: 3, workers: 2, kind: plan.KubeVIP, stacked: true, zones: racks},
	{etcd: 1, cps: 2, workers: 1, kind: plan.ExternalBalancer, zones: racks},
	{cps: 1, workers: 2, kind: plan.NoBalancer, stacked: true},
	{cps: 3, workers: 1, lbs: 1, kind: plan.HAProxy, stacked: true, converged: true, minor: 33, zones: racks[:2]},
	{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, apart: true, zones: racks},
	{cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, stacked: true, zones: racks, lbZones: racks[1:]},
	{cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, stacked: true, apart: true, endpoint: "lb-1"},
}

// More failures never help: a capability that is down stays down, and one that certainly works never gets better.
func TestMonotone(t *testing.T) {
	for _, d := range shapes {
		m := New(d.plan())
		var units []Unit
		for _, u := range m.Units() {
			if u.Kind == NodeUnit || u.Kind == ZoneUnit || u.Kind == BalancerUnit {
				units = append(units, u)
			}
		}
		for _, a := range units {
			for _, b := range units {
				less, more := m.Outcome(Failure{Units: []Unit{a}}), m.Outcome(Failure{Units: []Unit{a, b}})
				for i := range less.Verdicts {
					l, g := less.Verdicts[i], more.Verdicts[i]
					if l.State == Down && g.State != Down || l.State == Degraded && g.State == Up {
						t.Errorf("%s is %s without %s and %s without %s too (%s)", l.Capability, l.State, a, g.State, b, g.Reason)
					}
				}
			}
		}
	}
}

// In mode bgp, kube-vip's address is where its lease is, as in mode arp: TestKubeVIPByBGP checks the manifest.
func TestBGPIsAsARP(t *testing.T) {
	p, q := shapes[2].plan(), shapes[2].plan()
	p.LoadBalancer.Mode, q.LoadBalancer.Mode = "arp", "bgp"
	arp, bgp := New(p), New(q)
	var failures []Failure
	for _, a := range bgp.Units() {
		failures = append(failures, Failure{Cuts: []Cut{{"rack-a", "rack-b"}}, Units: []Unit{a}})
		for _, b := range bgp.Units() {
			failures = append(failures, Failure{Units: []Unit{a, b}})
		}
	}
	for _, f := range failures {
		if a, b := arp.Outcome(f), bgp.Outcome(f); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: by arp %v, by bgp %v", f, a, b)
		}
	}
}

// The reason of a capability that does not work as defined says so: it is not a reason of a working capability, not only a count of what
// fully works, and mentions nothing that the design lacks.
func TestReasons(t *testing.T) {
	fine := map[string]bool{}
	judge := func(m *Model, f Failure) {
		o := m.Outcome(f)
		for _, v := range o.Verdicts {
			var have, all int
			whole, _ := fmt.Sscanf(v.Reason, "%d of %d", &have, &all)
			switch {
			case v.State == Up:
			case fine[v.Reason], whole == 2 && have == all && !strings.ContainsAny(v.Reason, ";,"):
				t.Errorf("%s: %s is %s because %s", f, v.Capability, v.State, v.Reason)
			case whole == 2 && have > all:
				t.Errorf("%s: %s: %s", f, v.Capability, v.Reason)
			}
		}
		if o.Recovery.Lost == "" {
			t.Errorf("%s: nothing is said about what to do", f)
		}
	}
	for _, d := range shapes {
		m := New(d.plan())
		for _, v := range m.Outcome(Failure{}).Verdicts {
			fine[v.Reason] = true
		}
		units, cuts := m.Units(), []Cut{}
		for i, a := range m.Zones() {
			for _, b := range m.Zones()[i+1:] {
				cuts = append(cuts, Cut{a, b})
			}
		}
		for i, a := range units {
			for _, b := range units[i:] {
				judge(m, Failure{Units: []Unit{a, b}})
			}
			for _, c := range cuts {
				judge(m, Failure{Units: []Unit{a}, Cuts: []Cut{c}})
			}
		}
		for _, c := range cuts {
			judge(m, Failure{Cuts: []Cut{c}})
			judge(m, Failure{Cuts: []Cut{c, cuts[0]}})
		}
		judge(m, Failure{Cuts: cuts})
	}
}

// During a cut, the virtual IP stays where it is as long as the balancers hear each other, so a rack certainly has the endpoint if it
// reaches both. If they do not hear each other, both hold it, and reaching one is enough.
func TestVirtualIPUnderCuts(t *testing.T) {
	for _, first := range racks {
		for _, second := range racks {
			m := New(design{cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, stacked: true, zones: racks,
				lbZones: []string{first, second}}.plan())
			for i, a := range racks {
				for _, b := range racks[i+1:] {
					linked := func(x, y string) bool { return (x != a || y != b) && (x != b || y != a) }
					var sure []string
					for _, rack := range racks {
						one, other := linked(rack, first), linked(rack, second)
						if one && other || !linked(first, second) && (one || other) {
							sure = append(sure, rack)
						}
					}
					v := m.Outcome(Failure{Cuts: []Cut{{a, b}}}).Verdicts[2]
					from := v.From
					if v.State <= Degraded && from == nil {
						from = racks
					}
					if fmt.Sprint(from) != fmt.Sprint(sure) {
						t.Errorf("balancers in %s and %s, cut %s:%s: the endpoint is surely reached from %v, want %v (%s: %s)", first,
							second, a, b, from, sure, v.State, v.Reason)
					}
				}
			}
		}
	}
}

// A reason states the cause, and nothing that is false.
func TestReasonsAreTrue(t *testing.T) {
	external3 := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, zones: racks}
	edge := design{cps: 3, workers: 2, lbs: 1, kind: plan.HAProxy, stacked: true, zones: []string{"core"}, lbZones: []string{"edge"}}
	converged := design{cps: 3, workers: 1, lbs: 1, kind: plan.HAProxy, stacked: true, converged: true, minor: 33}
	apart := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, apart: true}
	named := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, endpoint: "lb-1"}
	outer := design{etcd: 3, cps: 2, workers: 3, kind: plan.ExternalBalancer, zones: racks}
	for _, c := range []struct {
		d          design
		kill, cut  string
		capability Capability
		want       string
	}{
		{edge, "", "core:edge", API, "1 balancer is up, but cut off from every API server that works"},
		{edge, "node/lb-1", "", API, "no balancer is up: the API servers work but the endpoint does not lead to them"},
		{edge, "", "core:edge", Services, "nodes keep their current rules; failed endpoints stay in them until the API is back"},
		{external3, "balancer/lb-1", "", API, "3 of 3 API servers work; 1 of 2 balancers work"},
		{external3, "node/etcd-1", "", API, "3 of 3 API servers work; 2 of 3 etcd members are up"},
		{external3, "", "rack-a:rack-b", EtcdWrites, "a leader keeps a quorum of 2; at most 1 member is cut off from it"},
		{external3, "", "rack-a:rack-c", API,
			"3 of 3 API servers work; requests that go to an etcd member without a leader may fail; " +
				"whether the endpoint answers from rack-c depends on which host holds the address"},
		{apart, "node/lb-1", "", API, "3 of 3 API servers work; 1 of 2 balancers work; whether the endpoint answers depends on which " +
			"balancer a client reaches: they share no address"},
		{named, "node/lb-1", "", API, "the endpoint is an address of lb-1 only, whose balancer is down"},
		{converged, "node/lb-1", "", Scheduling,
			"3 of 4 workers learn of new pods, by the API server on their own machine; no worker reaches the endpoint"},
		{converged, "node/lb-1 node/w-1", "", Scheduling,
			"3 of 3 workers learn of new pods, by the API server on their own machine; no worker reaches the endpoint"},
		{outer, "node/cp-1", "rack-a:rack-b", API,
			"1 of 2 API servers work; requests that go to an etcd member without a leader may fail"},
	} {
		for _, v := range outcome(t, c.d.plan(), c.kill, c.cut).Verdicts {
			if v.Capability == c.capability && v.Reason != c.want {
				t.Errorf("%s %s: %s is %s\n got %s\nwant %s", c.kill, c.cut, v.Capability, v.State, v.Reason, c.want)
			}
		}
	}
}

// A room fails with all of its racks. Cuts, and zones that must be survived, are racks. Power feeds are independent of both.
func TestRoomsRacksAndFeeds(t *testing.T) {
	p := design{cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, stacked: true,
		zones: []string{"room-1/rack-a", "room-1/rack-b", "room-2/rack-c"}}.plan()
	for _, n := range p.Nodes {
		n.Power = "feed-a"
		if strings.HasSuffix(n.Name, "-3") {
			n.Power = "feed-b"
		}
	}
	m := New(p)
	for _, c := range []struct {
		kill string
		want State
	}{
		{"zone/room-1", Down}, {"zone/room-1/rack-a", Degraded}, {"zone/room-2", Degraded}, {"power/feed-a", Down},
		{"power/feed-b", Degraded},
	} {
		if o := outcome(t, p, c.kill, ""); o.State(EtcdWrites) != c.want {
			t.Errorf("%s: writes are %s, want %s", c.kill, o.State(EtcdWrites), c.want)
		}
	}
	if got := m.Zones(); !slices.Equal(got, []string{"room-1/rack-a", "room-1/rack-b", "room-2/rack-c"}) {
		t.Errorf("zones %q", got)
	}
	if _, err := m.Cut("room-1:room-2"); err == nil {
		t.Error("a cut between rooms is made, although a cut means the deepest level")
	}
	if o, _ := m.Survives(1, ZoneUnit); o != nil {
		t.Errorf("one rack: %s stops it", o.Failure)
	}
	if o, _ := m.Survives(1, PowerUnit); o == nil || o.Failure.String() != "power/feed-a" {
		t.Errorf("one feed: %+v", o)
	}
	var points []string
	for _, point := range m.Points(m.Singles()) {
		points = append(points, point.Unit+": "+point.Remedy)
	}
	for _, want := range []string{
		"zone/room-1: spread etcd over 3 failure domains (the design has 2), no more than 1 member in each; " +
			"a balancer in another failure domain too",
		"power/feed-a: spread etcd over 3 power feeds (the design has 2), no more than 1 member on each; " +
			"a balancer on another power feed too",
	} {
		if !slices.Contains(points, want) {
			t.Errorf("no point %q in %q", want, points)
		}
	}
}

// An address moves only inside its network segment: a balancer in another one does not help if the first one fails.
func TestVirtualIPAcrossSegments(t *testing.T) {
	for _, kind := range []string{plan.HAProxy, plan.KubeVIP} {
		p := design{cps: 3, workers: 3, lbs: 2, kind: kind, stacked: true, zones: racks}.plan()
		for i, zone := range racks {
			for _, n := range p.Nodes {
				if n.FailureDomain == zone {
					n.Address = netip.AddrFrom4([4]byte{10, byte(i), 0, 1})
				}
			}
		}
		if o := outcome(t, p, "", ""); o.State(API) != Depends {
			t.Errorf("%s: with everything up the API is %s", kind, o.State(API))
		}
		if o := outcome(t, p, "zone/rack-a", ""); o.State(API) != Down {
			t.Errorf("%s: without rack-a, where the address is, the API is %s", kind, o.State(API))
		}
		subjects := func(p *plan.Plan) (all []string) {
			for _, a := range New(p).Assumptions() {
				all = append(all, a.Text)
			}
			return all
		}
		if got := subjects(p)[0]; !strings.Contains(got, "not stated") || !strings.Contains(got, "10.1.0.0/24") {
			t.Errorf("%s: %q", kind, got)
		}
		p.Network.NodeSubnets = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/14")}
		if o := outcome(t, p, "zone/rack-a", ""); o.State(API) != Degraded {
			t.Errorf("%s: in one segment the API is %s without rack-a", kind, o.State(API))
		}
		if got := subjects(p)[0]; !strings.Contains(got, "10.0.0.0/14, stated") {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

// If it is known where CoreDNS runs, a cut affects DNS only if a replica is on the other side.
func TestDNSUnderCuts(t *testing.T) {
	m := New(design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	for _, c := range []struct {
		on    string
		state State
		want  string
	}{
		{"cp-3 w-3", Up, "the replicas of CoreDNS are up"},
		{"cp-1 w-3", Degraded, "a replica of CoreDNS on the other side of the cut does not answer"},
		{"cp-1 w-1", Degraded, "no replica of CoreDNS answers in rack-b"},
	} {
		placed, err := m.PlaceDNS(strings.Fields(c.on))
		if err != nil {
			t.Fatal(err)
		}
		v := placed.Outcome(Failure{Cuts: []Cut{{"rack-a", "rack-b"}}}).Verdicts[6]
		if v.State != c.state || v.Reason != c.want {
			t.Errorf("%s: %s: %s", c.on, v.State, v.Reason)
		}
	}
}

// Names do not matter: the verdicts of a plan with other names are the same.
func TestSymmetricUnderRenaming(t *testing.T) {
	for _, d := range shapes {
		renamed := d
		renamed.rename = func(s string) string { return "x" + strings.NewReplacer("-1", "-z", "-2", "-y", "-3", "-q").Replace(s) }
		if d.endpoint != "" {
			renamed.endpoint = renamed.rename(d.endpoint)
		}
		m, n := New(d.plan()), New(renamed.plan())
		mu, nu := m.Units(), n.Units()
		if len(mu) != len(nu) {
			t.Fatal(len(mu), len(nu))
		}
		for i := range mu {
			for j := range mu {
				a, b := m.Outcome(Failure{Units: []Unit{mu[i], mu[j]}}), n.Outcome(Failure{Units: []Unit{nu[i], nu[j]}})
				for k := range a.Verdicts {
					if a.Verdicts[k].State != b.Verdicts[k].State {
						t.Errorf("%s + %s: %s is %s, renamed %s", mu[i], mu[j], a.Verdicts[k].Capability, a.Verdicts[k].State,
							b.Verdicts[k].State)
					}
				}
			}
		}
	}
}

// Grouping equivalent units is exact: the sweep's rows give every unit and pair the same verdict as judging it individually.
func TestSweepIsExact(t *testing.T) {
	for _, d := range shapes {
		m := New(d.plan())
		r := m.Sweep()
		for _, row := range r.Singles {
			for _, u := range row.Class.units {
				o := m.Outcome(Failure{Units: []Unit{u}})
				for k := range o.Verdicts {
					if o.Verdicts[k].State != row.Outcome.Verdicts[k].State {
						t.Errorf("%s: %s is %s, its class says %s", u, o.Verdicts[k].Capability, o.Verdicts[k].State,
							row.Outcome.Verdicts[k].State)
					}
				}
			}
		}
	}
}

func TestCutSetsAndPoints(t *testing.T) {
	m := New(design{etcd: 1, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy}.plan())
	r := m.Sweep()
	if len(r.StopsWrites.Sets) != 1 || r.StopsWrites.Sets[0][0].String() != "node/etcd-1" {
		t.Errorf("what stops writes: %+v", r.StopsWrites)
	}
	if len(r.Points) != 1 || r.Points[0].Unit != "node/etcd-1" || !strings.Contains(r.Points[0].Remedy, "three etcd members") {
		t.Errorf("single points of failure: %+v", r.Points)
	}
	if o, _ := m.Survives(1, NodeUnit); o == nil {
		t.Error("a lone etcd does not survive the loss of any node")
	}
	m = New(design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	if o, exhausted := m.Survives(1, NodeUnit); o != nil || exhausted {
		t.Errorf("%+v", o)
	}
	if o, exhausted := m.Survives(1, ZoneUnit); o != nil || exhausted {
		t.Errorf("%+v", o)
	}
	if o, _ := m.Survives(2, ZoneUnit); o == nil {
		t.Error("one rack of three holds no quorum")
	}
}

func TestUnknownUnits(t *testing.T) {
	m := New(design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	for _, text := range []string{"cp-1", "node/none", "host/x", "disk/cp-1"} {
		if _, err := m.Unit(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	for _, text := range []string{"rack-a", "rack-a:rack-a", "rack-a:rack-z"} {
		if _, err := m.Cut(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func BenchmarkSweep5000(b *testing.B) {
	for _, racks := range []int{12, 200} {
		b.Run(fmt.Sprint(racks), func(b *testing.B) {
			m := New(hall(5000, racks).plan())
			for b.Loop() {
				m.Sweep()
			}
		})
	}
}

// Units with the same outcome share a line of a table, even if the model distinguishes them. A range omits nothing.
func TestFoldMerges(t *testing.T) {
	class := func(names ...string) Class { return Class{Kind: NodeUnit, Names: names} }
	lines := Fold([]Row{{Class: class("gpu-1", "worker-9")}, {Class: class("worker-2", "worker-10")}, {Class: class("worker-11")}})
	if len(lines) != 1 || lines[0].Name != "any of 5: node/gpu-1, worker-2, worker-9 … worker-11" {
		t.Error(lines)
	}
	for want, names := range map[string][]string{
		"node/etcd-1, etcd-4":                      {"etcd-1", "etcd-4"},
		"any of 6: node/w-1 … w-6":                 {"w-1", "w-2", "w-3", "w-4", "w-5", "w-6"},
		"any of 5: node/w-08 … w-12":               {"w-08", "w-09", "w-10", "w-11", "w-12"},
		"any of 6: node/w-1, w-4, w-7, and 3 more": {"w-1", "w-4", "w-7", "w-10", "w-13", "w-16"},
		"any of 5: node/ant, bee, cat, and 2 more": {"ant", "bee", "cat", "dog", "emu"},
	} {
		if got := class(names...).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A line says for all of its units what must be done if they never return.
func TestFoldKeepsWhatMustBeDone(t *testing.T) {
	m := New(design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	lost := map[string]string{}
	for _, u := range m.Units() {
		o := m.Outcome(Failure{Units: []Unit{u}})
		lost[u.String()] = o.Recovery.Lost
	}
	for _, l := range Fold(m.Singles()) {
		kind, _, _ := strings.Cut(l.Name, "/")
		for i, name := range strings.Split(l.Name, ", ") {
			if i > 0 {
				name = kind + "/" + name
			}
			if want, found := lost[name]; found && want != l.Outcome.Recovery.Lost {
				t.Errorf("%s: the line %s says %s, want %s", name, l.Name, l.Outcome.Recovery.Lost, want)
			}
		}
	}
}

// TestNodeCalledExternal checks that a balancer of the plan is judged as such, whatever its name.
func TestNodeCalledExternal(t *testing.T) {
	plain := design{etcd: 3, cps: 3, workers: 2, lbs: 1, kind: plan.HAProxy, apart: true}
	named := plain
	named.rename = func(name string) string { return strings.Replace(name, "lb-1", "external", 1) }
	want := fmt.Sprint(outcome(t, plain.plan(), "balancer/lb-1", ""))
	if got := fmt.Sprint(outcome(t, named.plan(), "balancer/external", "")); got != strings.ReplaceAll(want, "lb-1", "external") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	m := New(named.plan())
	lb, err := m.Unit("balancer/external")
	if err != nil {
		t.Fatal(err)
	}
	if remedy := m.remedy(lb); strings.Contains(remedy, "the plan cannot see") {
		t.Errorf("remedy: %s", remedy)
	}
}

// If every node has its own proxy, no node depends on a particular control plane, and there is no balancer to lose.
func TestLocalBalancer(t *testing.T) {
	p := design{stacked: true, cps: 3, workers: 2, kind: plan.LocalBalancer, apart: true, minor: 37}.plan()
	m := New(p)
	for _, u := range m.Units() {
		if u.Kind == BalancerUnit {
			t.Errorf("%s can be lost, and there is no such thing", u)
		}
		for _, v := range m.Outcome(Failure{Units: []Unit{u}}).Verdicts {
			if v.Capability == API && v.State > Degraded {
				t.Errorf("without %s a request through the endpoint is %v: %s", u, v.State, v.Reason)
			}
		}
	}
}

// TestEtcdOfOthers checks that failures here never affect an etcd that others run, and that this is listed as an assumption.
func TestEtcdOfOthers(t *testing.T) {
	for _, kind := range []topologies.Type{topologies.MultiEtcdMultiMaster, topologies.SingleEtcdMultiMaster} {
		p := design{cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy}.plan()
		p.Cluster.Type, p.Etcd.Endpoints = kind, []string{"https://10.0.9.21:2379", "https://10.0.9.22:2379"}
		m := New(p)
		const want = "Others run etcd, and its failures are not simulated; the API works as long as 1 of 3 control planes is up."
		if s := m.Sentence(); !strings.Contains(s, want) {
			t.Errorf("%s: Sentence() = %q, want %q in it", kind, s, want)
		}
		if !slices.ContainsFunc(m.Assumptions(), func(a Assumption) bool {
			return a.Subject == "etcd" && strings.Contains(a.Text, "https://10.0.9.22:2379")
		}) {
			t.Errorf("%s: no assumption names the endpoints", kind)
		}
	}
}
