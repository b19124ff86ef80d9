package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k8splan/k8splan/planner/diagtest"
)

// A hostile file, or one that is not a topology, gets an answer: bounded, short, and never a panic. Printing must be as careful as reading.
func TestHostileInput(t *testing.T) {
	for name, src := range map[string]string{
		"empty":              "",
		"nested lists":       "locals {\n a = " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "\n}\n",
		"nested blocks":      strings.Repeat("a {\n", 100_000) + strings.Repeat("}\n", 100_000),
		"nested parentheses": "a = " + strings.Repeat("(", 100_000),
		"ten megabytes":      strings.Repeat("# comment\n", 1_000_000),
		"one long line":      `cluster "x" { type = "` + strings.Repeat("a", 1_000_000) + `"`,
		"not UTF-8":          "cluster \"caf\xe9\" {}\n",
		"null bytes":         strings.Repeat("\x00", 1000),
		"a program":          "\x7fELF\x02\x01\x01\x00\x00\x00",
		"escape sequences":   "cluster \"\x1b]0;x\x07\" {\n  type = \"\x1b[2J\"\n}\n",
		"a million nodes": "cluster \"x\" {\n  type = \"all-in-one\"\n}\nnode_pool \"n\" {\n  count         = 1000000\n" +
			"  first_address = \"10.0.0.1\"\n}\n",
		"carriage returns": "cluster \"x\" {\r  type = 1\r}\r",
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{{"validate", "-"}, {"validate", "-", "-o", "json"}, {"plan", "-"},
				{"generate", "-", "--out", t.TempDir()}} {
				var stdout, stderr bytes.Buffer
				diagtest.Quick(t, func() {
					stdout.Reset()
					stderr.Reset()
					if code := run(args, strings.NewReader(src), &stdout, &stderr); code != exitWrong {
						t.Errorf("%v: exit code %d", args, code)
					}
				})
				if args[0] != "validate" && stdout.Len() > 0 {
					t.Errorf("%v wrote to stdout: %.200s", args, stdout.String())
				}
				if stderr.Len() > 20_000 {
					t.Errorf("%v said %d bytes", args, stderr.Len())
				}
				if bytes.ContainsAny(stderr.Bytes(), "\x00\x07\x1b\r") {
					t.Errorf("%v wrote control characters: %.300q", args, stderr.String())
				}
			}
		})
	}
}

// A file's name can contain a newline and text that a program reading the log takes for a command.
func TestHostileName(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x\n::error file=y::z\x1b[2J.hcl")
	if err := os.WriteFile(name, []byte("cluster \"x\" { typ = 1 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json", "sarif", "junit", "github"} {
		var stdout, stderr bytes.Buffer
		if code := run([]string{"validate", "-o", format, name}, strings.NewReader(""), &stdout, &stderr); code != exitWrong {
			t.Errorf("%s: exit code %d", format, code)
		}
		if out := stdout.String() + stderr.String(); strings.Contains(out, "\n::error file=y") || strings.Contains(out, "\x1b") ||
			!strings.Contains(out, "typ") {
			t.Errorf("%s: %q", format, out)
		}
	}
}
