package planner_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/simulate"
)

// verdict is the first line of a design in testdata/found.
var verdict = regexp.MustCompile(`^# (valid|refused ([a-z-]+)): `)

// TestFoundDesigns holds designs as other programs have them, with all that the language can say of them: each is valid, or refused for a
// fault of its own and for nothing else. What is valid can be simulated and recorded, though its version is not built any more.
func TestFoundDesigns(t *testing.T) {
	files, err := filepath.Glob("../testdata/found/*.hcl")
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := verdict.FindStringSubmatch(string(src))
		if want == nil {
			t.Errorf("%s: the first line is no verdict", file)
			continue
		}
		project, diags := planner.Open("topology.hcl", src, nil, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
		var errors []string
		for _, d := range diags {
			if d.Severity == hcl.DiagError {
				errors = append(errors, rule.ID(d))
			}
		}
		if want[2] != "" {
			if errors = slices.Compact(errors); !slices.Equal(errors, []string{want[2]}) {
				t.Errorf("%s: errors %q, want %s", file, errors, want[2])
			}
			continue
		}
		if project == nil {
			t.Errorf("%s: %s", file, diags.Error())
			continue
		}
		p := project.Plan()
		if s := simulate.New(p).Sentence(); s == "" || strings.Contains(s, "-1") {
			t.Errorf("%s: simulate says %q", file, s)
		}
		if seen := change.Between(change.Of(p, "test"), change.Of(p, "test")); len(seen.Changes) != 0 {
			t.Errorf("%s: a record differs from itself", file)
		}
	}
}
