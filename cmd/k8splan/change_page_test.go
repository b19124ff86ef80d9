package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/k8splan/k8splan/planner/change"
)

// TestChangePage keeps docs/change.md in sync with the table of changes. UPDATE=1 writes it.
func TestChangePage(t *testing.T) {
	const path = "../../docs/change.md"
	want := change.Markdown()
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
		t.Error("docs/change.md is not what the table says: run UPDATE=1 go test ./cmd/k8splan -run TestChangePage")
	}
}
