package change

import (
	"slices"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/spec"
)

// arguments lists the paths of everything that can be written in a block: its label, its arguments, its blocks.
func arguments(path string, b *spec.Block) []string {
	var out []string
	if b.Label != "" {
		out = append(out, path)
	}
	for _, a := range b.Arguments {
		out = append(out, path+"."+a.Name)
	}
	for i := range b.Blocks {
		out = append(out, arguments(path+"."+b.Blocks[i].Name, &b.Blocks[i])...)
	}
	return out
}

// Every argument of the language has a row, and every row has an argument.
func TestTableIsWhole(t *testing.T) {
	known := map[string]bool{"locals": true, "moved": true, "component": true, "target.*": true, "node.taint": true}
	for i := range spec.Schema {
		b := &spec.Schema[i]
		for _, path := range arguments(b.Name, b) {
			known[path] = true
			if _, ok := lookup(path); !ok {
				t.Errorf("%s has no row: what does a change of it do to a cluster that runs?", path)
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range table {
		if seen[r.Argument] {
			t.Errorf("%s has two rows", r.Argument)
		}
		seen[r.Argument] = true
		if !known[r.Argument] {
			t.Errorf("%s is not an argument of the language", r.Argument)
		}
	}
}

// Every case says what it means. One that is carried out names procedures, one that is refused names none, and the last one applies to
// everything else.
func TestCases(t *testing.T) {
	for _, r := range table {
		for i, c := range r.Cases {
			switch {
			case c.What == "":
				t.Errorf("%s says nothing of %q", r.Argument, c.When)
			case c.Class == None && len(c.By) > 0, c.Class == Refused && len(c.By) > 0:
				t.Errorf("%s: %q is %s and has procedures", r.Argument, c.When, c.Class)
			case (c.Class == InPlace || c.Class == Ordered) && len(c.By) == 0:
				t.Errorf("%s: %q is %s and nothing carries it out", r.Argument, c.When, c.Class)
			case len(r.Cases) > 1 && c.When == "":
				t.Errorf("%s has a case without a name", r.Argument)
			case c.is == nil && i < len(r.Cases)-1 && !slices.Contains([]string{"node", "node.roles", "node.address"}, r.Argument):
				t.Errorf("%s: no case after %q is ever reached", r.Argument, c.When)
			case c.Class == Refused && r.Source == "" && !strings.HasPrefix(r.Argument, "target") &&
				!strings.HasPrefix(r.Argument, "node_pool"):
				t.Errorf("%s refuses without a source", r.Argument)
			}
			for _, id := range c.By {
				find(id)
			}
		}
	}
}

// A change that no playbook carries out is never in-place.
func TestInPlaceNeedsAPlaybook(t *testing.T) {
	for _, r := range table {
		for _, c := range r.Cases {
			for _, id := range c.By {
				if p := find(id); c.effective() == InPlace && !p.carries() {
					t.Errorf("%s: %s is in place, and %s does it by hand", r.Argument, c.When, p.ID)
				}
			}
		}
	}
}

// The procedures are in running order, and a change of the certificate or of the balancer comes before clients move.
func TestProceduresAreInOrder(t *testing.T) {
	for i := 1; i < len(procedures); i++ {
		if procedures[i].Rank <= procedures[i-1].Rank {
			t.Errorf("%s stands after %s and runs before it", procedures[i].ID, procedures[i-1].ID)
		}
	}
}

// Every entry of seen belongs to an existing case.
func TestSeenIsOfACase(t *testing.T) {
	known := map[string]bool{}
	for i := range table {
		for j := range table[i].Cases {
			known[id(&table[i], &table[i].Cases[j])] = true
		}
	}
	for name := range seen {
		if !known[name] {
			t.Errorf("no case is called %q", name)
		}
	}
}

func TestArgumentOfPath(t *testing.T) {
	for path, want := range map[string]string{
		"network.mtu":                      "network.mtu",
		mark("cluster.feature_gates", "A"): "cluster.feature_gates",
		mark("container_runtime.registry", "docker.io") + ".mirrors":                             "container_runtime.registry.mirrors",
		mark(mark("addon", "a\"].b[\"")+".settings", "x.y"):                                      "addon.settings",
		mark("addon", "weird\\") + ".version":                                                    "addon.version",
		mark(mark("addon", "a")+".manifest", "https://example.com/a.yaml?[\"x\"]") + ".checksum": "addon.manifest.checksum",
	} {
		if got := argument(path); got != want {
			t.Errorf("%s is of %q, want %q", path, got, want)
		}
	}
	if got := key(mark("labels", `a"b.c]`)); got != `a"b.c]` {
		t.Errorf("key is %q", got)
	}
}
