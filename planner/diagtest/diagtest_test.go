package diagtest

import (
	"crypto/sha256"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// heard is a test that only takes note of having failed.
type heard struct {
	testing.TB
	failed bool
}

func (h *heard) Helper()               {}
func (h *heard) Errorf(string, ...any) { h.failed = true }

func TestSound(t *testing.T) {
	r := &rule.Rule{ID: "some-rule", Severity: rule.Warning, Title: "Some rule"}
	at := func(start, end, line int) hcl.Range {
		return hcl.Range{Filename: "t.hcl", Start: hcl.Pos{Byte: start, Line: line, Column: 1},
			End: hcl.Pos{Byte: end, Line: line, Column: 1}}
	}
	for name, c := range map[string]struct {
		d    *hcl.Diagnostic
		want bool
	}{
		"good":          {r.Diagnostic(at(0, 3, 1), "It is so."), false},
		"past the end":  {r.Diagnostic(at(0, 4, 1), "It is so."), true},
		"backwards":     {r.Diagnostic(at(2, 1, 1), "It is so."), true},
		"no such line":  {r.Diagnostic(at(0, 3, 2), "It is so."), true},
		"other file":    {r.Diagnostic(hcl.Range{Filename: "u.hcl", Start: hcl.InitialPos, End: hcl.InitialPos}, "It is so."), true},
		"silent":        {r.Diagnostic(at(0, 3, 1), ""), true},
		"broken format": {r.Diagnostic(at(0, 3, 1), "It is %!d(string=x)."), true},
		"unknown rule":  {(&rule.Rule{ID: "other-rule", Title: "Other"}).Diagnostic(at(0, 3, 1), "It is so."), true},
		"no rule":       {&hcl.Diagnostic{Summary: "A", Detail: "B."}, true},
	} {
		h := &heard{TB: t}
		Sound(h, "t.hcl", []byte("abc"), hcl.Diagnostics{c.d}, []*rule.Rule{r})
		if h.failed != c.want {
			t.Errorf("%s: failed: %t", name, h.failed)
		}
	}
}

func TestQuick(t *testing.T) {
	h, runs := &heard{TB: t}, 0
	Quick(h, func() { runs++ })
	if h.failed || runs != 1 {
		t.Errorf("what ends at once: failed: %t, runs: %d", h.failed, runs)
	}
	h = &heard{TB: t}
	bounded(h, func() { work(3_000) }, func() { work(3_000) })
	if h.failed {
		t.Error("as much work as the reference failed")
	}
	h = &heard{TB: t}
	bounded(h, func() { work(20) }, func() { work(20 * most * 4) })
	if !h.failed {
		t.Error("four times the work that is allowed passed")
	}
}

func work(n int) {
	data := make([]byte, 16<<10)
	for range n {
		sum := sha256.Sum256(data)
		copy(data, sum[:])
	}
}
