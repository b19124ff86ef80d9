// Package k8splan_test holds the repository's own pages to their word.
package k8splan_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSessionOfTheReadme types what README.md shows, and compares what it prints.
func TestSessionOfTheReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```console\n")
	session, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("README.md has no session")
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "k8splan"), "./cmd/k8splan").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got strings.Builder
	dir := t.TempDir()
	for _, line := range strings.Split(session, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		got.WriteString(line + "\n")
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "NO_COLOR=1")
		cmd.Stdout, cmd.Stderr = &got, &got
		if err := cmd.Run(); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
	// How many files a tree has changes with every role; the page need not follow.
	files := regexp.MustCompile(`\d+ written`)
	shown, real := files.ReplaceAllString(session, "N written"), files.ReplaceAllString(got.String(), "N written")
	if diff := cmp.Diff(strings.Split(shown, "\n"), strings.Split(real, "\n")); diff != "" {
		t.Errorf("README.md shows another session (-shown +real):\n%s", diff)
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

// TestLinksOfPages: every relative link in a page of this repository leads somewhere.
func TestLinksOfPages(t *testing.T) {
	var pages []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path == "out" || path == "testdata" || d.Name() == "node_modules" || len(path) > 1 && path[0] == '.'):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			pages = append(pages, path)
		}
		return nil
	})
	if err != nil || len(pages) < 5 {
		t.Fatalf("pages: %v %v", pages, err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
}

var (
	sectionOf = regexp.MustCompile(`RUNBOOK\.md[^"\n]{0,60}"([A-Z][^"]+)"`)
	joined    = regexp.MustCompile(`"\n\s*"|\n\s+|\\`) // the parts of a sentence in Python and YAML
)

// TestSectionsOfTheRunbook: a playbook that refers to a section of the runbook names one that exists.
func TestSectionsOfTheRunbook(t *testing.T) {
	runbook, err := os.ReadFile("templates/tree/readme/RUNBOOK.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	err = filepath.WalkDir("templates/tree/ansible", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sentences := joined.ReplaceAllStringFunc(string(text), func(between string) string {
			if between[0] == '\n' {
				return " "
			}
			return ""
		})
		for _, m := range sectionOf.FindAllStringSubmatch(sentences, -1) {
			named++
			if !strings.Contains(string(runbook), "### "+strings.TrimSuffix(m[1], ".")+"\n") {
				t.Errorf("%s names the section %q of RUNBOOK.md, which does not exist", path, m[1])
			}
		}
		return nil
	})
	if err != nil || named < 8 {
		t.Fatalf("%d sections named: %v", named, err)
	}
}
