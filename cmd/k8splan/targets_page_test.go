package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
)

// TestTargetsPage keeps docs/targets.md in sync with the table of targets. UPDATE=1 writes it.
func TestTargetsPage(t *testing.T) {
	const path = "../../docs/targets.md"
	want := targetsPage()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, want) {
		t.Error("docs/targets.md is not what the table says: run UPDATE=1 go test ./cmd/k8splan -run TestTargetsPage")
	}
}

// TestTargetsAreComplete: a row says what it emits, and how far and when that was checked; a version limit names its source.
func TestTargetsAreComplete(t *testing.T) {
	for _, of := range planner.Targets() {
		f := of.Facts
		if f.Title == "" || f.Emits == "" || f.Hosting == "" {
			t.Errorf("%s: title %q, emits %q, hosting %q", f.Name, f.Title, f.Emits, f.Hosting)
		}
		if _, err := time.Parse(time.DateOnly, f.CheckedOn); err != nil || f.Checked == "" {
			t.Errorf("%s: checked %q on %q", f.Name, f.Checked, f.CheckedOn)
		}
		if f.Checked != plan.CheckTypes && f.CheckedBy == "" {
			t.Errorf("%s: %s by whom?", f.Name, f.Checked)
		}
		limited := !f.Newest.IsZero() || !f.Oldest.IsZero() || f.Releases != nil
		if _, err := time.Parse(time.DateOnly, f.VersionsOn); limited && (err != nil || f.VersionsFrom == "") {
			t.Errorf("%s: versions from %q on %q", f.Name, f.VersionsFrom, f.VersionsOn)
		}
		if f.Types != nil && f.TypesWhy == "" {
			t.Errorf("%s does not say why it cannot be of the other types", f.Name)
		}
		if f.Successor != "" {
			if _, ok := planner.FindTarget(f.Successor); !ok {
				t.Errorf("%s: unknown target %q", f.Name, f.Successor)
			}
		}
	}
}
