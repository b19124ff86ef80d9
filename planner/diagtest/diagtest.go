// Package diagtest holds diagnostics, and what makes them, against what every one of them promises. It is for tests.
//
// The package is internal to k8splan and makes no compatibility promise.
package diagtest

import (
	"bytes"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/rule"
)

// misprint is what fmt writes for a verb and a value that do not belong together. The text of a file may hold the like.
var misprint = regexp.MustCompile(`%!([a-zA-Z]\(|\(|\))`)

// Sound fails the test where a diagnostic is of none of the rules, has another severity than its rule, says nothing or half a
// sentence, or points out of the file. A nil Subject is sound: it speaks of a value from outside.
func Sound(t testing.TB, filename string, src []byte, diags hcl.Diagnostics, rules []*rule.Rule) {
	t.Helper()
	lines := bytes.Count(src, []byte("\n")) + 1
	for _, d := range diags {
		id := rule.ID(d)
		i := slices.IndexFunc(rules, func(r *rule.Rule) bool { return r.ID == id })
		if i < 0 {
			t.Errorf("the rule %q is in no catalog: %v", id, d)
			continue
		}
		_, waived := rule.WaiverReason(d)
		if want := rules[i].Diagnostic(hcl.Range{}, "").Severity; d.Severity != want && !waived {
			t.Errorf("%s has severity %d", id, d.Severity)
		}
		if verb := misprint.FindString(d.Detail); d.Summary == "" || d.Detail == "" || verb != "" && !bytes.Contains(src, []byte("%!")) {
			t.Errorf("%s: broken text: %q: %q", id, d.Summary, d.Detail)
		}
		for _, at := range []*hcl.Range{d.Subject, d.Context} {
			if at != nil && (at.Filename != filename || at.Start.Byte < 0 || at.Start.Byte > at.End.Byte || at.End.Byte > len(src) ||
				at.Start.Line < 1 || at.Start.Line > at.End.Line || at.End.Line > lines || at.Start.Column < 1 || at.End.Column < 1) {
				t.Errorf("%s: the range %#v lies outside of the file of %d bytes and %d lines", id, *at, len(src), lines)
			}
		}
	}
}
