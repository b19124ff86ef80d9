package plan

import "testing"

func TestControlPlaneCores(t *testing.T) {
	for nodes, want := range map[int]int{1: 2, 10: 2, 11: 4, 50: 4, 51: 8, 100: 8, 101: 16, 500: 16, 501: 32, 5000: 32} {
		if got := ControlPlaneCores(nodes); got != want {
			t.Errorf("%d nodes: %d cores, want %d", nodes, got, want)
		}
	}
}

func TestSizeEtcd(t *testing.T) {
	for nodes, want := range map[int]EtcdHost{
		1: {2, 8e9, 3600, 56, 50}, 50: {2, 8e9, 3600, 56, 50}, 51: {4, 16e9, 6000, 94, 250}, 1000: {8, 32e9, 8000, 125, 1000},
		1001: {16, 64e9, 16000, 250, 3000},
	} {
		if got, known := SizeEtcd(nodes); got != want || !known {
			t.Errorf("%d nodes: %+v (known %v), want %+v", nodes, got, known, want)
		}
	}
	if got, known := SizeEtcd(3001); got.CPUs != 16 || known {
		t.Errorf("beyond the table: %+v, known %v", got, known)
	}
}

// The lost unit is the one that takes the most with it: the domain, else the hypervisor, else the node; by CPUs if all nodes state them.
func TestLargestLoss(t *testing.T) {
	node := func(name, domain, host string, cpus int) *Node {
		return &Node{Name: name, FailureDomain: domain, Host: host, CPUs: cpus, MemoryBytes: int64(cpus) << 30, Roles: Worker}
	}
	for _, c := range []struct {
		about string
		nodes []*Node
		kind  string
		name  string
		left  int64
		cpus  Share
	}{
		{"one node", []*Node{node("a", "", "", 0)}, NodeFails, "a", 0, Share{}},
		{"equals: the first by name", []*Node{node("b", "", "", 4), node("a", "", "", 4)}, NodeFails, "a", 1, Share{8, 4}},
		{"a domain of two", []*Node{node("a", "z2", "", 0), node("b", "z1", "", 0), node("c", "z2", "", 0)}, DomainFails, "z2", 1, Share{}},
		{"the one with more CPUs, not with more nodes", []*Node{node("a", "z1", "", 32), node("b", "z2", "", 4), node("c", "z2", "", 4)},
			DomainFails, "z1", 2, Share{40, 8}},
		{"one does not state CPUs: nodes count", []*Node{node("a", "z1", "", 32), node("b", "z2", "", 4), node("c", "z2", "", 0)},
			DomainFails, "z2", 1, Share{}},
		{"hypervisors", []*Node{node("a", "", "h1", 2), node("b", "", "h1", 2), node("c", "", "h2", 2)}, HypervisorFails, "h1", 1,
			Share{6, 2}},
		{"a domain before its hypervisors", []*Node{node("a", "z", "h1", 2), node("b", "z", "h2", 2)}, DomainFails, "z", 0, Share{4, 0}},
	} {
		l := largestLoss(c.nodes, 110)
		if l.Kind != c.kind || l.Name != c.name || l.Workers.Left != c.left || l.CPUs != c.cpus || l.Pods.Total != int64(110*len(c.nodes)) {
			t.Errorf("%s: %+v", c.about, l)
		}
	}
	if largestLoss(nil, 110) != nil {
		t.Error("a loss without a worker")
	}
	if p := (Share{3, 2}).Percent(); p != 66 {
		t.Errorf("2 of 3 is %d %%", p)
	}
}
