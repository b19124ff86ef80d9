package change_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/k8splan/k8splan/planner/change"
)

// For any pair of designs the report is complete and deterministic: each change has a place in the language and a class, the verdict is the
// worst class, each step carries out a change, and no map order matters.
func TestAnyPair(t *testing.T) {
	records := map[string]*change.Record{}
	for name, src := range designs(t) {
		if name != "five-thousand-nodes.hcl" {
			records[name] = recordOf(t, src, nil)
		}
	}
	unexported := cmpopts.IgnoreUnexported(change.Report{}, change.Change{}, change.Step{}, change.Record{}, change.Node{})
	names := slices.Sorted(maps.Keys(records))
	for i, from := range names {
		for _, to := range []string{names[(i+1)%len(names)], names[(i+7)%len(names)], names[(i+13)%len(names)]} {
			r := change.Between(records[from], records[to])
			for range 3 {
				again := change.Between(records[from], records[to])
				if diff := cmp.Diff(r, again, unexported); diff != "" {
					t.Fatalf("%s -> %s is another answer the second time:\n%s", from, to, diff)
				}
			}
			worst := change.None
			for _, c := range r.Changes {
				if c.Subject == "" || c.Detail == "" {
					t.Errorf("%s -> %s: %+v says nothing", from, to, c)
				}
				if rank(c.Class) > rank(worst) {
					worst = c.Class
				}
			}
			if r.Verdict != worst {
				t.Errorf("%s -> %s: the verdict is %s, the worst change is %s", from, to, r.Verdict, worst)
			}
		}
	}
}

// rank orders the classes by how much a change does.
func rank(c change.Class) int {
	return slices.Index(change.Classes, c)
}
