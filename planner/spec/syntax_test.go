package spec

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
)

// marker is an expected diagnostic, written as a comment on the guilty line:
//
//	# error: <id>: <part of the summary or the detail>
//
// `# error on line N:` is for a mistake that a comment on its line would change, `# nowhere:` for a diagnostic without a line, and
// `# var: name=value` sets a variable.
var marker = regexp.MustCompile(`# (error|warning|nowhere)(?: on line (\d+))?: ([a-z0-9-]+): (.*)$`)

type expectation struct {
	line     int // 0: nowhere
	severity hcl.DiagnosticSeverity
	id, text string
}

func expectations(t *testing.T, src string) (want []expectation, vars map[string]cty.Value) {
	t.Helper()
	vars = map[string]cty.Value{}
	for i, line := range strings.Split(src, "\n") {
		if _, v, ok := strings.Cut(line, "# var: "); ok {
			name, value, diags := ParseVar(v)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			vars[name] = value
		}
		m := marker.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		e := expectation{line: i + 1, severity: hcl.DiagError, id: m[3], text: m[4]}
		switch m[1] {
		case "warning":
			e.severity = hcl.DiagWarning
		case "nowhere":
			e.line = 0
		}
		if m[2] != "" {
			e.line, _ = strconv.Atoi(m[2])
		}
		want = append(want, e)
	}
	return want, vars
}

func (e expectation) matches(d *hcl.Diagnostic) bool {
	line := 0
	if d.Subject != nil {
		line = d.Subject.Start.Line
	}
	return line == e.line && d.Severity == e.severity && rule.ID(d) == e.id && strings.Contains(d.Summary+": "+d.Detail, e.text)
}

// TestSyntax checks every file of testdata/syntax against its markers: they match the diagnostics one to one.
func TestSyntax(t *testing.T) {
	files, err := filepath.Glob("../../testdata/syntax/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	shown := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, vars := expectations(t, string(src))
			if len(want) == 0 {
				t.Fatal("the file expects nothing")
			}
			_, diags := Load(file, src, vars)
			for _, d := range diags {
				shown[rule.ID(d)] = true
				i := slices.IndexFunc(want, func(e expectation) bool { return e.matches(d) })
				if i < 0 {
					t.Errorf("unexpected: %s: %s: %s: %s", d.Subject, rule.ID(d), d.Summary, d.Detail)
					continue
				}
				want = slices.Delete(want, i, i+1)
			}
			for _, e := range want {
				t.Errorf("line %d: no %s with %q", e.line, e.id, e.text)
			}
		})
	}
	// These need bytes that an example file should not contain, or a renamed argument; they have separate tests.
	for _, elsewhere := range []*rule.Rule{notUTF8, fileTooLarge, renamedArgument} {
		shown[elsewhere.ID] = true
	}
	for _, r := range Rules {
		if !shown[r.ID] {
			t.Errorf("no file in testdata/syntax breaks %s", r.ID)
		}
	}
}
