package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs the session on README's first screen, and compares the output with README. The number of files is ignored: it changes
// with every part of a tree.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```console\n")
	session, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("README.md has no console session")
	}
	var typed strings.Builder
	for line := range strings.Lines(session) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			typed.WriteString("cat <<'TYPED'\n" + line + "TYPED\n" + command)
		}
	}
	script := filepath.Join(t.TempDir(), "readme.txtar")
	text := "exec sh -c 'sh session.sh 2>&1'\ncp stdout printed.txt\nexec sed -Ei 's/[0-9]+ written/N written/' printed.txt session.txt\n" +
		"cmp printed.txt session.txt\n-- session.sh --\n" + typed.String() + "-- session.txt --\n" + session
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{script}})
}
