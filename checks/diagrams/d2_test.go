package diagrams

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oss.terrastruct.com/d2/d2compiler"
)

// TestD2 compiles every picture of every good design with D2's own compiler.
func TestD2(t *testing.T) {
	program := filepath.Join(t.TempDir(), "k8splan")
	build := exec.Command("go", "build", "-o", program, "./cmd/k8splan")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	designs, err := filepath.Glob("../../testdata/corpus/good/*.hcl")
	if err != nil || len(designs) < 20 {
		t.Fatalf("%d designs: %v", len(designs), err)
	}
	compiled := 0
	for _, design := range designs {
		if err := exec.Command(program, "validate", design).Run(); err != nil {
			continue // good but for what its target needs
		}
		compiled++
		for _, view := range []string{"machines", "network", "etcd", "boot"} {
			cmd := exec.Command(program, "graph", design, "-o", "d2", "--view", view)
			cmd.Stderr = os.Stderr
			source, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %s: %v", design, view, err)
			}
			graph, _, err := d2compiler.Compile(design, strings.NewReader(string(source)), nil)
			if err != nil {
				t.Errorf("%s: %s: %v", design, view, err)
				continue
			}
			if len(graph.Objects) < 2 {
				t.Errorf("%s: %s: D2 sees %d objects", design, view, len(graph.Objects))
			}
		}
	}
	if compiled < 20 {
		t.Errorf("%d designs were drawn", compiled)
	}
}
