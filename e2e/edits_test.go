package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The forced edits are refused by diff, or lead to a playbook that is another one than theirs: told here without a cluster.
func TestForcedEditsAreRefused(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("topologies", "aio.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "k8splan")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/k8splan").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := write("old.hcl", plain(string(source)))
	for _, f := range append(append([]forced(nil), forcedEdits...), forcedNodes...) {
		if len(f.pairs) == 0 {
			continue
		}
		text := plain(string(source))
		for i := 0; i < len(f.pairs); i += 2 {
			if !strings.Contains(text, f.pairs[i]) {
				t.Fatalf("%s: the topology does not say %q", f.what, f.pairs[i])
			}
			text = strings.Replace(text, f.pairs[i], f.pairs[i+1], 1)
		}
		out, _ := exec.Command(program, "diff", old, write("new.hcl", text), "-o", "json", "-var", "ssh_key=/root/key").CombinedOutput()
		if refused := strings.Contains(string(out), `"verdict": "refused"`); refused == f.other {
			t.Errorf("%s: %s", f.what, out)
		}
	}
}
