package lsp

import (
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/diagtest"
)

func idle() *server {
	return &server{snippets: true, documents: map[string]*document{}, options: Options{
		Rules: planner.Catalog(), RulePage: func(id string) string { return "#" + id }, Today: func() time.Time { return time.Time{} },
	}}
}

// TestRandomEdits breaks designs at random and sends every request at random positions: no panic, no range outside the file, and no answer
// slower than diagtest.Quick. K8SPLAN_EDITS=100000 makes more edits than by default. (A fuzz target would have to instrument everything
// that planner links.)
func TestRandomEdits(t *testing.T) {
	edits := 3000
	if n, err := strconv.Atoi(os.Getenv("K8SPLAN_EDITS")); err == nil {
		edits = n
	}
	var designs []string
	for _, pattern := range []string{"../../testdata/corpus/*.hcl", "../../testdata/rules/[a-e]*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			designs = append(designs, string(text))
		}
	}
	pieces := []string{
		"\"", "\n", "{", "}", "[", "]", "(", ")", "${", "%{", "}", "<<EOT\n", "EOT\n", "/*", "*/", "#", "=", ".", ",", "var.", "local.",
		"node \"", "waive \"", "\U0001F600", "e\u0301", "\xff", "\x00", "\r\n", "\u2028",
		"cluster", "roles = [", "kubernetes_version = \"1.", "for x in", "\\", "\\u12", "?", ":", "-", "1e999", "...", "*", "!",
	}
	s, r := idle(), rand.New(rand.NewSource(1))
	for n := range edits {
		text := designs[r.Intn(len(designs))]
		for range 1 + r.Intn(4) {
			i := r.Intn(len(text) + 1)
			switch r.Intn(4) {
			case 0:
				text = text[:i]
			case 1:
				j := min(len(text), i+r.Intn(40))
				text = text[:i] + text[j:]
			case 2:
				j := min(len(text), i+r.Intn(200))
				text = text[:j] + text[i:j] + text[j:]
			default:
				text = text[:i] + strings.Repeat(pieces[r.Intn(len(pieces))], 1+r.Intn(2)) + text[i:]
			}
		}
		p := &documentParams{}
		p.TextDocument.URI = "file:///topology.hcl"
		d := newDocument(p.TextDocument.URI, n, text, &s.options, &past{})
		s.documents[d.uri] = d
		offset := r.Intn(len(text) + 1)
		p.Position = d.position(d.offset(d.position(offset))) // not between a carriage return and its line feed

		diagtest.Quick(t, func() {
			defer func() {
				if why := recover(); why != nil {
					t.Fatalf("edit %d at %d: %v\n%q", n, offset, why, text)
				}
			}()
			for _, item := range s.completion(p).(completionList).Items {
				inside(t, d, item.TextEdit.Range)
				if item.TextEdit.Range.End != p.Position {
					t.Fatalf("edit %d: %s ends at %v, not at the cursor %v: %q", n, item.Label, item.TextEdit.Range, p.Position, text)
				}
			}
			if h, ok := s.hover(p).(hover); ok {
				inside(t, d, h.Range)
			}
			for _, l := range s.definition(p).([]location) {
				inside(t, d, l.Range)
			}
			for _, one := range d.diagnostics() {
				inside(t, d, one.Range)
			}
			s.formatting(p)
			everything(t, s, d, p, r)
		})
		if t.Failed() {
			t.Fatalf("edit %d: %q", n, text)
		}
	}
}

// everything sends all other requests of an editor. Fixes run the pipeline several times each, so only few are requested.
func everything(t *testing.T, s *server, d *document, p *documentParams, r *rand.Rand) {
	t.Helper()
	nested(t, d, s.symbols(p).([]documentSymbol), span{d.position(0), d.position(len(d.text))})
	for _, f := range s.folding(p).([]foldingRange) {
		if f.StartLine < 0 || f.StartLine >= f.EndLine || f.EndLine >= len(d.lines) {
			t.Fatalf("%+v of %d lines: %q", f, len(d.lines), d.text)
		}
	}
	p.Context.IncludeDeclaration = true
	places := s.references(p).([]location)
	for _, l := range places {
		inside(t, d, l.Range)
	}
	p.NewName = "other-name"
	if changed, ok := s.rename(p).(workspaceEdit); ok && len(changed.Changes[d.uri]) != len(places) {
		t.Fatalf("%d places, and %d of them renamed: %q", len(places), len(changed.Changes[d.uri]), d.text)
	}
	if here, ok := s.prepareRename(p).(span); ok {
		inside(t, d, here)
	}
	for _, h := range s.hints(p).([]inlayHint) {
		inside(t, d, span{h.Position, h.Position})
	}
	if r.Intn(50) == 0 && len(d.diags) > 0 {
		p.Range = d.place(d.diags[r.Intn(len(d.diags))])
		for _, a := range s.actions(p).([]codeAction) {
			for _, e := range a.Edit.Changes[d.uri] {
				inside(t, d, e.Range)
			}
		}
	}
}

// nested checks symbols against LSP's requirements: a name, each inside its parent, and its header inside itself.
func nested(t *testing.T, d *document, all []documentSymbol, around span) {
	t.Helper()
	for _, one := range all {
		inside(t, d, one.Range)
		if one.Name == "" || before(one.Range.Start, around.Start) || before(around.End, one.Range.End) ||
			before(one.SelectionRange.Start, one.Range.Start) || before(one.Range.End, one.SelectionRange.End) {
			t.Fatalf("%+v in %v: %q", one, around, d.text)
		}
		nested(t, d, one.Children, one.Range)
	}
}

func inside(t *testing.T, d *document, s span) {
	t.Helper()
	begin, end := d.offset(s.Start), d.offset(s.End)
	if begin > end || d.position(begin) != s.Start || d.position(end) != s.End {
		t.Fatalf("%+v lies outside of %q", s, d.text)
	}
}

// TestPositions: offset and position are inverse at every character, whatever the characters and line endings.
func TestPositions(t *testing.T) {
	s := idle()
	text := "a\U0001F600b\r\n\ne\u0301\n\xff\xffz\n\U0001F600"
	d := newDocument("file:///x.hcl", 1, text, &s.options, &past{})
	for i := range text {
		if strings.HasPrefix(text[i:], "\n") && i > 0 && text[i-1] == '\r' {
			continue // not a separate character
		}
		if got := d.offset(d.position(i)); got != i {
			t.Errorf("byte %d comes back as %d, by %v", i, got, d.position(i))
		}
	}
	for p, want := range map[position]int{{0, 2}: 1, {0, 99}: 6, {99, 0}: len(text), {-1, 5}: 0} {
		if got := d.offset(p); got != want {
			t.Errorf("%v is byte %d, not %d", p, got, want)
		}
	}
}

// BenchmarkKeystroke measures one edit: the pipeline and a completion.
func BenchmarkKeystroke(b *testing.B) {
	example, err := os.ReadFile("../../testdata/corpus/example.hcl")
	if err != nil {
		b.Fatal(err)
	}
	large := strings.Replace(string(example), "count         = 20", "count         = 200", 1)
	for name, text := range map[string]string{"example": string(example), "200 workers": large} {
		b.Run(name, func(b *testing.B) {
			s := idle()
			for n := range b.N {
				p := &documentParams{}
				p.TextDocument.URI = "file:///topology.hcl"
				d := newDocument(p.TextDocument.URI, n, text, &s.options, &past{})
				s.documents[d.uri] = d
				p.Position = position{20, 2}
				d.diagnostics()
				s.completion(p)
			}
		})
	}
}
