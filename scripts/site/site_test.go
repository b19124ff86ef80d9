package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every link of the rendered pages has a target: a page, a heading of a page, or a file of the repository.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	from := []string{"../../README.md", "../../CHANGELOG.md", "../../CONTRIBUTING.md", "../../ARCHITECTURE.md", "../../docs"}
	if err := site(from, dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	pages := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		pages[filepath.Base(f)] = string(data)
	}
	links := 0
	for name, text := range pages {
		if strings.Contains(text, "<script") || strings.Count(text, "<title>") != 1 || strings.Contains(text, "<title> ·") {
			t.Errorf("%s has a script, or no title", name)
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			link := strings.ReplaceAll(m[1], "&amp;", "&")
			if local, ok := strings.CutPrefix(link, repository); ok {
				file, _, _ := strings.Cut(local, "#")
				if _, err := os.Stat(filepath.Join("../..", file)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if strings.Contains(link, ":") || strings.HasPrefix(link, "../") || strings.HasSuffix(link, ".css") {
				continue
			}
			links++
			file, id, _ := strings.Cut(link, "#")
			if file == "" {
				file = name
			}
			if other, ok := pages[file]; !ok || id != "" && !strings.Contains(other, `id="`+id+`"`) {
				t.Errorf("%s: nothing is at %s", name, link)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were followed", links)
	}
}

// Markup in a page stays text.
func TestMarkupIsText(t *testing.T) {
	const evil = "# A <b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) `</script>`\n"
	out, err := render(source{from: "docs/x.md", data: []byte(evil), File: "x.html"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(out); strings.Contains(s, "<script") || strings.Contains(s, `href="javascript:`) {
		t.Error(s)
	}
}
