package topologies_test

import (
	"slices"
	"testing"

	"github.com/k8splan/k8splan/topologies"
)

// The documentation's descriptions as numbers: the hosts that each type must and must not have.
func TestTableSaysWhatTheTypesAre(t *testing.T) {
	for _, c := range []struct {
		kind                           topologies.Type
		placement                      topologies.Placement
		controlPlanes, members, others int
		fits                           bool
	}{
		{topologies.AllInOne, topologies.Stacked, 1, 1, 0, true},
		{topologies.AllInOne, topologies.Stacked, 3, 3, 0, false},
		{topologies.AllInOne, topologies.External, 1, 1, 0, false},
		{topologies.SingleEtcdSingleMaster, topologies.Stacked, 1, 1, 1, true},
		{topologies.SingleEtcdSingleMaster, topologies.Stacked, 1, 1, 5000, true},
		{topologies.SingleEtcdSingleMaster, topologies.Stacked, 1, 1, 0, false},
		{topologies.SingleEtcdSingleMaster, topologies.Stacked, 2, 2, 2, false},
		{topologies.SingleEtcdSingleMaster, topologies.External, 1, 1, 1, true},
		{topologies.SingleEtcdSingleMaster, topologies.External, 1, 3, 1, false},
		{topologies.SingleEtcdMultiMaster, topologies.External, 2, 1, 1, true},
		{topologies.SingleEtcdMultiMaster, topologies.External, 1, 1, 2, false},
		{topologies.SingleEtcdMultiMaster, topologies.External, 3, 3, 1, false},
		{topologies.SingleEtcdMultiMaster, topologies.Stacked, 2, 2, 1, false},
		{topologies.MultiEtcdMultiMaster, topologies.External, 2, 3, 1, true},
		{topologies.MultiEtcdMultiMaster, topologies.External, 3, 5, 10, true},
		{topologies.MultiEtcdMultiMaster, topologies.External, 2, 2, 1, false},
		{topologies.MultiEtcdMultiMaster, topologies.Stacked, 3, 3, 1, true},
		{topologies.MultiEtcdMultiMaster, topologies.Stacked, 2, 2, 1, false},
	} {
		row, ok := topologies.Find(c.kind)
		if !ok {
			t.Fatalf("no row of %s", c.kind)
		}
		controlPlanes := row.ControlPlanes
		if c.placement == topologies.Stacked {
			controlPlanes = row.ControlPlanesStacked
		}
		fits := row.Allows(c.placement) && controlPlanes.Holds(c.controlPlanes) && row.EtcdMembers.Holds(c.members) &&
			row.Nodes.Holds(c.controlPlanes+c.others)
		if fits != c.fits {
			t.Errorf("%s with %d control planes, %d %s members and %d other hosts: fits %v, want %v", c.kind, c.controlPlanes, c.members,
				c.placement, c.others, fits, c.fits)
		}
	}
}

func TestTableIsConsistent(t *testing.T) {
	if !slices.Equal(topologies.Names(), []string{"all-in-one", "single-etcd-single-master", "single-etcd-multi-master",
		"multi-etcd-multi-master"}) {
		t.Errorf("names %v: the four are words of the Kubernetes documentation, smallest first", topologies.Names())
	}
	for _, row := range topologies.Table {
		if row.Title == "" || row.Purpose == "" || row.Survives == "" {
			t.Errorf("%s: a text is missing", row.Type)
		}
		if row.HighlyAvailable != row.LoadBalancer || row.HighlyAvailable != (row.ControlPlanes.Min > 1) {
			t.Errorf("%s: what survives the loss of a control plane has two of them, and a load balancer before them", row.Type)
		}
		if row.Nodes.Min < row.ControlPlanes.Min || row.Allows(topologies.Stacked) && row.Nodes.Min > row.ControlPlanesStacked.Min &&
			row.Workers.Min == 0 {
			t.Errorf("%s: the least number of hosts does not follow from its roles", row.Type)
		}
		for _, c := range []topologies.Count{row.Nodes, row.ControlPlanes, row.ControlPlanesStacked, row.EtcdMembers, row.Workers} {
			if c.Min < 1 || c.Max != 0 && c.Max < c.Min || c.Holds(c.Min-1) || !c.Holds(c.Min) || c.Max != 0 && c.Holds(c.Max+1) {
				t.Errorf("%s: count %+v is no range", row.Type, c)
			}
		}
	}
	if _, ok := topologies.Find("all-in-two"); ok {
		t.Error("a type that does not exist was found")
	}
}
