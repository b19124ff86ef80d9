package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// virtual writes a design with one control plane and workers of random sizes on two hypervisors.
func virtual(random *rand.Rand, name string, memory, cpus int) (src string, taken [2]int) {
	var out strings.Builder
	fmt.Fprintf(&out, "cluster %q {\n  type = \"single-etcd-single-master\"\n  site = \"dc\"\n", name)
	out.WriteString("  control_plane_endpoint = \"api.example.com\"\n}\n")
	if memory > 0 {
		for h := range 2 {
			fmt.Fprintf(&out, "hypervisor \"hv-%d\" {\n  memory = \"%dGi\"\n  cpus = %d\n}\n", h, memory, cpus)
		}
	}
	for i := range 2 + random.IntN(6) {
		role, size, on := "worker", 2+random.IntN(30), random.IntN(2)
		if i == 0 {
			role = "control-plane"
		}
		taken[on] += size
		fmt.Fprintf(&out, "node %q {\n  roles = [%q]\n  address = \"10.%d.0.%d\"\n  memory = \"%dGi\"\n  host = \"hv-%d\"\n}\n",
			fmt.Sprintf("%s-%d", name, i), role, len(name), 10+i, size, on)
	}
	return out.String(), taken
}

func countOf(diags []string, id string) (n int) {
	for _, d := range diags {
		if d == id {
			n++
		}
	}
	return n
}

// A hypervisor is overfilled exactly if the sum of its machines exceeds its capacity: in one design, and in designs of one site that each
// fit alone.
func TestHypervisors(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 7))
	overfilled, together := 0, 0
	for range 300 {
		memory := 20 + random.IntN(120)
		a, ofA := virtual(random, "a", memory, 64)
		b, ofB := virtual(random, "bb", 0, 0)
		var plans []*plan.Plan
		want := 0
		for i, src := range []string{a, b} {
			p, diags := road(fmt.Sprintf("%d.hcl", i), []byte(src))
			var ids []string
			for _, d := range diags {
				ids = append(ids, rule.ID(d))
			}
			over := 0
			for h := range 2 {
				if i == 0 && ofA[h] > memory {
					over++
				}
			}
			if got := countOf(ids, "hypervisor-memory"); got != over {
				t.Fatalf("%d findings, want %d:\n%s", got, over, src)
			}
			overfilled += over
			plans = append(plans, p)
		}
		for h := range 2 {
			if ofA[h] > 0 && ofB[h] > 0 && ofA[h] <= memory && ofB[h] <= memory && ofA[h]+ofB[h] > memory {
				want++
			}
		}
		found := check.Together(plans)
		got := 0
		for _, d := range found[1] {
			if rule.ID(d) == "site-hypervisor" {
				got++
			}
		}
		if got != want || len(found[0]) > 0 {
			t.Fatalf("%d findings about both, want %d (%v and %v of %d):\n%s\n%s", got, want, ofA, ofB, memory, a, b)
		}
		together += want
	}
	if overfilled < 30 || together < 30 {
		t.Errorf("the designs are no test: %d overfilled, %d together", overfilled, together)
	}
}
