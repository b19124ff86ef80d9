package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/check"
)

// TestRulesPage keeps docs/rules.md in sync with the rules, and the addresses in reports in sync with its headings. UPDATE=1 writes it.
func TestRulesPage(t *testing.T) {
	const path = "../../docs/rules.md"
	want := check.Markdown(planner.Catalog())
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
		t.Error("docs/rules.md is not what the rules say: run UPDATE=1 go test ./cmd/k8splan -run TestRulesPage")
	}
	for _, r := range planner.Catalog() {
		if !bytes.Contains(page, []byte("\n### "+r.ID+"\n")) || !strings.HasSuffix(rulePage(r.ID), "/docs/rules.md#"+r.ID) {
			t.Errorf("%s has no heading to link to", r.ID)
		}
	}
}
