package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTextsAreInOnePlace looks for English in the page's scripts: their texts belong in texts.go and in SAY of page/stand.js.
func TestTextsAreInOnePlace(t *testing.T) {
	classes := []string{"mono soft", "range nodes"} // CSS classes, not words
	tag, words := regexp.MustCompile(`<[^>]*>|%[a-z]`), regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}`)
	for _, name := range []string{"page.go", "tables.go", "changes.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && (f.Name.Name == "Runbook" || f.Name.Name == "Page") {
				return false // headings of another page, covered by its tests; the policy in the head
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.TrimSpace(tag.ReplaceAllString(s, "")); words.MatchString(text) &&
				!strings.ContainsAny(text, "<>{}=") && !slices.Contains(classes, text) {
				t.Errorf("%s says %q; texts.go is the place for it", name, text)
			}
			return true
		})
	}
	said := regexp.MustCompile(`'[A-Z][a-z]+[^']* [^']*'|'[a-z]{2,} [a-z]{2,} [^']*'`)
	_, after, found := strings.Cut(standJS, "const SAY = {")
	_, after, ended := strings.Cut(after, "\n}\n")
	if !found || !ended {
		t.Fatal("stand.js has no SAY")
	}
	for _, source := range []string{after, modelJS, pageJS} {
		for _, text := range said.FindAllString(source, -1) {
			if !strings.HasPrefix(text, "'nodes without a failure domain") {
				t.Errorf("the script says %s outside of SAY", text)
			}
		}
	}
}
