package simulate

import (
	"slices"
	"testing"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/topologies"
)

// TestWith varies a design with three racks: which nodes are added, where, and which are removed.
func TestWith(t *testing.T) {
	p := design{cps: 3, etcd: 3, workers: 2, lbs: 2, zones: racks, minor: 37, kind: plan.HAProxy}.plan()
	p.Nodes[4].Bootstrap = true
	m := New(p)
	if m.With(0, 3) != nil || m.With(8, 3) != nil || m.With(3, 0) != nil {
		t.Error("a number that cannot be is refused")
	}
	for _, c := range []struct{ cps, members, quorum int }{{1, 1, 1}, {3, 3, 2}, {5, 4, 3}, {2, 7, 4}} {
		with := m.With(c.cps, c.members)
		if len(with.cps) != c.cps || len(with.members) != c.members || plan.Quorum(len(with.members)) != c.quorum {
			t.Errorf("%v: %d control planes, %d members", c, len(with.cps), len(with.members))
		}
		in := map[string]int{}
		for _, i := range with.members {
			in[with.nodes[i].FailureDomain]++
		}
		for zone, n := range in {
			if n > (c.members+2)/3 {
				t.Errorf("%v: %d members in %s", c, n, zone)
			}
		}
		if len(with.workers) != 2 || len(with.lbs) != 2 {
			t.Errorf("%v: workers and balancers are others", c)
		}
	}
	if with := m.With(1, 3); !slices.Contains(with.cps, with.index[p.Bootstrap().Name]) {
		t.Error("the first control plane stays the longest")
	}
	if with := m.With(3, 1); with.p.Cluster.Type != topologies.SingleEtcdMultiMaster {
		t.Errorf("the type is %s", with.p.Cluster.Type)
	}
}
