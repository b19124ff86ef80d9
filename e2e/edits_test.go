package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tried runs k8splan diff on edits of a topology.
type tried struct {
	*testing.T
	dir, program string
}

func newTried(t *testing.T) tried {
	t.Helper()
	x := tried{t, t.TempDir(), ""}
	x.program = filepath.Join(x.dir, "k8splan")
	if out, err := exec.Command("go", "build", "-o", x.program, "../cmd/k8splan").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return x
}

// edit makes an edit, and returns the new text and diff's output.
func (x tried) edit(old string, pairs []string) (edited, said string) {
	x.Helper()
	edited = old
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(edited, pairs[i]) {
			x.Fatalf("the topology does not say %q", pairs[i])
		}
		edited = strings.Replace(edited, pairs[i], pairs[i+1], 1)
	}
	for name, text := range map[string]string{"old.hcl": old, "new.hcl": edited} {
		if err := os.WriteFile(filepath.Join(x.dir, name), []byte(text), 0o600); err != nil {
			x.Fatal(err)
		}
	}
	out, _ := exec.Command(x.program, "diff", filepath.Join(x.dir, "old.hcl"), filepath.Join(x.dir, "new.hcl"), "-o", "json",
		"-var", "ssh_key=/root/key").CombinedOutput()
	return edited, string(out)
}

// diff refuses the forced edits, or names another playbook than theirs: tested without a cluster.
func TestForcedEditsAreRefused(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("topologies", "aio.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	x := newTried(t)
	for _, f := range append(append([]forced(nil), forcedEdits...), forcedNodes...) {
		if len(f.pairs) == 0 {
			continue
		}
		if _, said := x.edit(plain(string(source)), f.pairs); strings.Contains(said, `"verdict": "refused"`) == f.other {
			t.Errorf("%s: %s", f.what, said)
		}
	}

	// each edit is carried out by the playbook that diff names
	three, err := os.ReadFile(filepath.Join("topologies", "1+3+1.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	small, err := os.ReadFile(filepath.Join("topologies", "1+1+2.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for text, steps := range map[string][]step{
		string(small):                networkSteps,
		olderRuntime(string(source)): configSteps, manySettings(string(source)): manySteps(),
		moreSettings(string(source)): moreSteps(t.TempDir()), twoWorkersOfThree(string(three)): rolesSteps,
	} {
		for _, s := range steps {
			if len(s.pairs) == 0 { // the second playbook of the edit before
				continue
			}
			var said string
			if text, said = x.edit(text, s.pairs); !strings.Contains(said, `"playbook": "`+s.playbook) {
				t.Errorf("%s by %s: %s", s.what, s.playbook, said)
			}
		}
	}
}

// README.md describes every chain.
func TestChainsAreDescribed(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range changeChains {
		if !strings.Contains(string(text), "\n| "+name+" |") && !strings.Contains(string(text), "| "+name+",") &&
			!strings.Contains(string(text), ", "+name+" |") {
			t.Errorf("README.md does not describe the chain %s", name)
		}
	}
}
