package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/diagtest"
)

// FuzzRun runs all stages on any text: no panic, no hang, every range inside the file, every detail complete.
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
	rules := check.Catalog()
	f.Fuzz(func(t *testing.T, src []byte) {
		var diags hcl.Diagnostics
		diagtest.Quick(t, func() { _, diags = road("fuzz.hcl", src) })
		diagtest.Sound(t, "fuzz.hcl", src, diags, rules)
		for _, d := range diags {
			if d.Subject == nil {
				t.Errorf("no place: %s", d)
			}
		}
	})
}
