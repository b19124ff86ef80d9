package simulate

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// design draws a plan: etcd members, control planes and workers dealt over zones.
type design struct {
	etcd, cps, workers, lbs int
	stacked                 bool
	converged               bool // control planes run pods, too
	minor                   int  // of Kubernetes
	zones                   []string
	kind                    string
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
	p.Cluster.Version = plan.Version{Major: 1, Minor: d.minor}
	pods := plan.Roles(0)
	if d.converged {
		pods = plan.Worker
	}
	add := func(prefix string, n int, roles plan.Roles) {
		for i := range n {
			name := fmt.Sprintf("%s-%d", prefix, i+1)
			if d.rename != nil {
				name = d.rename(name)
			}
			node := &plan.Node{Name: name, Roles: roles, Address: netip.MustParseAddr("10.0.0.1")}
			if len(d.zones) > 0 {
				node.FailureDomain = d.zones[i%len(d.zones)]
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
		add("cp", d.cps, plan.ControlPlane|plan.EtcdRole|pods)
	} else {
		add("etcd", d.etcd, plan.EtcdRole)
		add("cp", d.cps, plan.ControlPlane|pods)
	}
	add("w", d.workers, plan.Worker)
	add("lb", d.lbs, plan.Balancer)
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
		// each balancer hears a rack of its own and rack-c: both find an API server
		{"racks a and b cut apart", external3, "", "rack-a:rack-b", "degraded degraded degraded up up degraded degraded up"},
		{"stacked, one control plane", stacked3, "node/cp-2", "", "degraded degraded degraded degraded up degraded degraded up"},
		{"stacked, two control planes", stacked3, "node/cp-2 node/cp-3", "", "down down down down up degraded depends down"},
		{"kube-vip, one control plane", vip, "node/cp-1", "", "degraded degraded degraded degraded up degraded degraded up"},
		{"the lone etcd", lone, "node/etcd-1", "", "down down down down up degraded up down"},
		{"a control plane beside the lone etcd", lone, "node/cp-1", "", "up up degraded degraded up degraded degraded up"},
		{"the lone balancer", lone, "node/lb-1", "", "up up down down up degraded up down"},
		// from 1.33 on the kubelet of a control plane dials its own API server
		{"the lone balancer, pods on control planes", converged, "node/lb-1", "", "up up down degraded up degraded up down"},
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
	external3 := design{etcd: 3, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy}.plan()
	for _, c := range []struct {
		kill     string
		loss     bool
		human    bool
		contains string
	}{
		{"node/etcd-1", false, true, "add a replacement"},
		{"node/etcd-1 node/etcd-2", true, true, "quorum is lost for good"},
		{"node/etcd-1 node/etcd-2 node/etcd-3", true, true, "gone with the disks"},
		{"node/w-1", false, false, "placed on other nodes"},
		{"node/cp-1", false, true, "join a new control plane"},
	} {
		o := outcome(t, external3, c.kill, "")
		if o.Recovery.DataLoss != c.loss || o.Recovery.Human != c.human || !strings.Contains(o.Recovery.Lost, c.contains) {
			t.Errorf("%s: %+v", c.kill, o.Recovery)
		}
	}
}

// Quorum arithmetic, against its definition: the smallest number of which two groups always share a member.
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

// More members never tolerate less.
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
}

// Killing more never heals: a capability that is down stays down, one that works for sure never works better.
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

// Names mean nothing: the verdicts of a plan with other names are the same.
func TestSymmetricUnderRenaming(t *testing.T) {
	for _, d := range shapes {
		renamed := d
		renamed.rename = func(s string) string { return "x" + strings.NewReplacer("-1", "-z", "-2", "-y", "-3", "-q").Replace(s) }
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
						t.Errorf("%s + %s: %s is %s, renamed %s", mu[i], mu[j], a.Verdicts[k].Capability, a.Verdicts[k].State, b.Verdicts[k].State)
					}
				}
			}
		}
	}
}

// The grouping of equivalent units is exact: the sweep's rows say of every unit and pair what judging each by itself says.
func TestSweepIsExact(t *testing.T) {
	for _, d := range shapes {
		m := New(d.plan())
		r := m.Sweep()
		for _, row := range r.Singles {
			for _, u := range row.Class.units {
				o := m.Outcome(Failure{Units: []Unit{u}})
				for k := range o.Verdicts {
					if o.Verdicts[k].State != row.Outcome.Verdicts[k].State {
						t.Errorf("%s: %s is %s, its class says %s", u, o.Verdicts[k].Capability, o.Verdicts[k].State, row.Outcome.Verdicts[k].State)
					}
				}
			}
		}
	}
}

func TestCutSetsAndPoints(t *testing.T) {
	m := New(design{etcd: 1, cps: 3, workers: 2, lbs: 2, kind: plan.HAProxy}.plan())
	r := m.Sweep()
	if len(r.StopsWrites) != 1 || r.StopsWrites[0].Units[0] != "node/etcd-1" {
		t.Errorf("what stops writes: %+v", r.StopsWrites)
	}
	if len(r.Points) != 1 || r.Points[0].Unit != "node/etcd-1" || !strings.Contains(r.Points[0].Remedy, "three etcd members") {
		t.Errorf("single points of failure: %+v", r.Points)
	}
	if ok, o := m.Survives(1, NodeUnit); ok || o == nil {
		t.Error("a lone etcd does not survive the loss of any node")
	}
	m = New(design{etcd: 3, cps: 3, workers: 3, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	if ok, o := m.Survives(1, NodeUnit); !ok {
		t.Errorf("%+v", o)
	}
	if ok, o := m.Survives(1, ZoneUnit); !ok {
		t.Errorf("%+v", o)
	}
	if ok, _ := m.Survives(2, ZoneUnit); ok {
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
	m := New(design{etcd: 5, cps: 5, workers: 5000, lbs: 2, kind: plan.HAProxy, zones: racks}.plan())
	for b.Loop() {
		m.Sweep()
	}
}

// Units that fall alike are one line of a table, whatever the model tells them apart by.
func TestFoldMerges(t *testing.T) {
	class := func(names ...string) Class { return Class{Kind: NodeUnit, Names: names} }
	lines := Fold([]Row{{Class: class("gpu-1", "worker-9")}, {Class: class("lb-1")}, {Class: class("worker-2", "worker-10")}, {Class: class("lb-2")}})
	var names []string
	for _, l := range lines {
		names = append(names, l.Name)
	}
	if got := strings.Join(names, "; "); got != "any of 4: node/gpu-1 … worker-10; node/lb-1, lb-2" {
		t.Error(got)
	}
}
