package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner/rule"
)

// FuzzRun takes any text up the road: no panic, no hang, every range inside the file, every detail whole.
func FuzzRun(f *testing.F) {
	for _, pattern := range []string{rulesDir + "*.hcl", corpusDir + "*/*.hcl", corpusDir + "*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files (%v)", pattern, len(files), err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if !strings.Contains(name, "thousand") {
				f.Add(src)
			}
		}
	}
	known := map[string]bool{}
	for _, r := range Catalog() {
		known[r.ID] = true
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		_, diags := road("fuzz.hcl", src)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("took %s", d)
		}
		for _, d := range diags {
			if !known[rule.ID(d)] {
				t.Errorf("no rule %q: %s", rule.ID(d), d)
			}
			if d.Subject == nil || d.Subject.Filename != "fuzz.hcl" || d.Subject.Start.Byte < 0 || d.Subject.End.Byte > len(src) || d.Subject.Start.Byte > d.Subject.End.Byte {
				t.Errorf("range outside of the file: %s", d)
			}
			if d.Detail == "" || d.Summary == "" || strings.Contains(d.Detail, "%!") {
				t.Errorf("broken text: %q", d.Detail)
			}
		}
	})
}
