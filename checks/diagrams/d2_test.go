package diagrams

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oss.terrastruct.com/d2/d2compiler"
)

// TestD2 compiles every picture of every valid design with D2's compiler.
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
			continue // valid except for its target's requirements
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

// TestHostile compiles the pictures of a design whose texts are all markup, substitutions, or string terminators.
func TestHostile(t *testing.T) {
	cmd := exec.Command("go", "run", "./checks/browser/expect", "-hostile", "testdata/corpus/good/hypervisors.hcl")
	cmd.Dir, cmd.Stderr = "../..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var hostile struct {
		D2 map[string]string `json:"d2"`
	}
	if err := json.Unmarshal(out, &hostile); err != nil || len(hostile.D2) != 4 {
		t.Fatalf("%d views: %v", len(hostile.D2), err)
	}
	for view, source := range hostile.D2 {
		graph, _, err := d2compiler.Compile("hostile", strings.NewReader(source), nil)
		if err != nil {
			t.Errorf("%s: %v", view, err)
			continue
		}
		if len(graph.Objects) < 2 {
			t.Errorf("%s: D2 sees %d objects", view, len(graph.Objects))
		}
	}
}
