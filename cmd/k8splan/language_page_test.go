package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/spec"
)

// TestLanguagePage keeps docs/language.md in sync with the loader's table. UPDATE=1 writes it.
func TestLanguagePage(t *testing.T) {
	const path = "../../docs/language.md"
	want := languagePage()
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
		t.Error("docs/language.md is not what the table says: run UPDATE=1 go test ./cmd/k8splan -run TestLanguagePage")
	}
}

// TestPaths: every path that explain offers works.
func TestPaths(t *testing.T) {
	for _, path := range paths(spec.Schema, "") {
		block, argument, ok := findBlock(path)
		last := path[strings.LastIndex(path, ".")+1:]
		if !ok || argument == nil && block.Name != last || argument != nil && argument.Name != last {
			t.Errorf("%s leads to %+v, %+v", path, block, argument)
		}
	}
}
