package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/k8splan/k8splan/planner"
)

// validated runs validate on every file that breaks a rule, and on hostile names and texts, and returns its output.
func validated(t *testing.T, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	hostile := filepath.Join(dir, "a b,c:d%.hcl")
	text := "cluster \"dév\" {\n  type = \"x\x1b[31m, ::error::]]>\"\n}\nnode \"n\" { address = \"10.0.0.1\" } # \U0001F600\n" +
		"waive \"x\" {}\n"
	if err := os.WriteFile(hostile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	args = append([]string{"validate", "--today", "2026-11-23", "--require", "survive=1-node,survive=1-zone"}, args...)
	if code := run(append(args, "../../testdata/rules", "../../testdata/corpus", hostile), strings.NewReader(""), &stdout,
		&stderr); code != exitWrong {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	// Two of the rules' files break rules on whole files: without a cluster block, a file counts as another program's.
	const skipped = "k8splan: skipped files without a cluster block: ../../testdata/rules/empty-file.hcl, " +
		"../../testdata/rules/missing-block.hcl\n"
	if stderr.String() != skipped {
		t.Errorf("stderr: %.500s", stderr.String())
	}
	return stdout.Bytes()
}

func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func accepts(t *testing.T, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%.3000v", err)
	}
}

// TestJSONSchema checks -o json against the schema published in docs/.
func TestJSONSchema(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/validate.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	out := validated(t, "-o", "json")
	accepts(t, compiled(t, text), out)
	// Every printed field is documented: closed objects refuse unknown fields.
	closed := strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)
	accepts(t, compiled(t, []byte(closed)), out)
}

// TestDiffSchema checks diff -o json against the schema published in docs/: every pair of examples, most of which are refused, and each
// example with one word changed.
func TestDiffSchema(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/diff.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	// Every printed field is documented: closed objects refuse unknown fields.
	closed := compiled(t, []byte(strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)))
	designs, err := filepath.Glob("../../examples/*/topology.hcl")
	if err != nil || len(designs) == 0 {
		t.Fatal(designs, err)
	}
	var pairs [][2]string
	seen := ""
	for _, old := range designs {
		src, err := os.ReadFile(old)
		if err != nil {
			t.Fatal(err)
		}
		edited := filepath.Join(t.TempDir(), "edited.hcl")
		more := "artifacts {\n  image_repository = \"registry.example.com/k8s\"\n  source           = \"packages\"\n}\n"
		if err := os.WriteFile(edited, append(src, more...), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, next := range append([]string{edited}, designs...) {
			pairs = append(pairs, [2]string{old, next})
		}
		older := filepath.Join(t.TempDir(), "older.hcl") // several minors, where the design states its version
		if err := os.WriteFile(older, bytes.ReplaceAll(src, []byte(`"1.37.2"`), []byte(`"1.35.4"`)), 0o600); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, [2]string{older, old})
	}
	for _, pair := range pairs {
		var stdout, stderr bytes.Buffer
		code := run([]string{"diff", "-o", "json", pair[0], pair[1]}, strings.NewReader(""), &stdout, &stderr)
		if code != exitDone && code != exitWrong || stdout.Len() == 0 {
			t.Fatalf("%q: exit %d\n%s", pair, code, stderr.String())
		}
		accepts(t, closed, stdout.Bytes())
		seen += stdout.String()
	}
	for _, field := range []string{`"range"`, `"origin"`, `"survives"`, `"lowest"`, `"playbook": "`, `"by_hand": "`,
		`"generate": "1.36.`, `"verdict": "none"`,
		`"verdict": "refused"`} {
		if !strings.Contains(seen, field) {
			t.Errorf("no document has %s", field)
		}
	}
}

// TestSimulateSchema checks simulate -o json against the schema published in docs/: the sweep and single failures of all designs from
// examples and rule tests.
func TestSimulateSchema(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/simulate.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	// Every printed field is documented: closed objects refuse unknown fields.
	closed := compiled(t, []byte(strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)))
	designs, err := filepath.Glob("../../examples/*/topology.hcl")
	if err != nil || len(designs) == 0 {
		t.Fatal(designs, err)
	}
	held, err := filepath.Glob("../../testdata/rules/availability-*.hcl")
	if err != nil || len(held) == 0 {
		t.Fatal(held, err)
	}
	seen := ""
	for _, design := range append(designs, held...) {
		for _, args := range [][]string{nil, {"--kill", "node/cp-1"}, {"--cut", "rack-a:rack-b"}} {
			var stdout, stderr bytes.Buffer
			if code := run(append(append([]string{"simulate", "-o", "json"}, args...), design), strings.NewReader(""), &stdout,
				&stderr); code != exitDone {
				continue // it has no such unit, or is not a valid design
			}
			accepts(t, closed, stdout.Bytes())
			seen += stdout.String()
		}
	}
	for _, field := range []string{"outcome", "singles", "pairs", "cuts", "alike_cuts", "stops_writes", "stops_api", "stops_all",
		"single_points_of_failure", "alike", "from", "remedy"} {
		if !strings.Contains(seen, `"`+field+`": `) {
			t.Errorf("no output has %s", field)
		}
	}
}

// oasisSchema is the published schema of SARIF 2.1.0 (errata 01), which github.com/owenrumney/go-sarif carries as a constant.
func oasisSchema(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go"), nil,
		0)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ = strconv.Unquote(lit.Value)
		}
		return true
	})
	if !strings.Contains(text, sarifSchema) {
		t.Fatal("the module no longer carries the schema that the log names")
	}
	return []byte(text)
}

// TestSARIF checks -o sarif against the published schema, and against additional requirements of code scanning.
func TestSARIF(t *testing.T) {
	out := validated(t, "-o", "sarif")
	accepts(t, compiled(t, oasisSchema(t)), out)

	// A second implementation parses it.
	report, err := sarif.FromBytes(out)
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	if got, want := len(report.Runs[0].Results), len(log.Runs[0].Results); got != want {
		t.Errorf("%d results of %d were read", got, want)
	}
	run := log.Runs[0]
	spoken, prints := map[string]bool{}, map[string]bool{}
	for _, r := range run.Results {
		spoken[r.RuleID] = true
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("ruleIndex of %s leads to %s", r.RuleID, rule.ID)
		}
		print := r.RuleID + r.Locations[0].PhysicalLocation.ArtifactLocation.URI + r.PartialFingerprints["ruleFileLine/v1"]
		if prints[print] {
			t.Errorf("two results share a fingerprint: %+v", r)
		}
		prints[print] = true
		if r.Level == "note" && len(r.Suppressions) != 1 {
			t.Errorf("a waived finding is not suppressed: %+v", r)
		}
	}
	if len(spoken) < 200 {
		t.Errorf("only %d rules spoke", len(spoken))
	}
	for _, r := range run.Tool.Driver.Rules {
		// Limits of code scanning:
		// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
		if len(r.ShortDescription.Text) > 1024 || len(r.FullDescription.Text) > 1024 || r.Help.Markdown == "" {
			t.Errorf("%s: descriptions of %d and %d bytes", r.ID, len(r.ShortDescription.Text), len(r.FullDescription.Text))
		}
	}
}

// TestJUnit parses -o junit: the counts are right, and hostile text stays text.
func TestJUnit(t *testing.T) {
	out := validated(t, "-o", "junit")
	var report junitReport
	if err := xml.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	tests, failures, skipped := 0, 0, 0
	for _, suite := range report.Suites {
		tests += suite.Tests
		for _, c := range suite.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
	}
	if got, want := []int{report.Tests, report.Failures, report.Skipped}, []int{tests, failures, skipped}; !cmp.Equal(got, want) ||
		failures == 0 || skipped == 0 {
		t.Errorf("counts %v, elements %v", got, want)
	}
	if !bytes.Contains(out, []byte("::error::]]&gt;")) || bytes.Contains(out, []byte("\x1b")) {
		t.Error("hostile text is not escaped")
	}
}

// TestAnnotations parses -o github as the runner does: one command per line, nothing else.
func TestAnnotations(t *testing.T) {
	out := validated(t, "-o", "github")
	unescape := strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",")
	hostile := false
	for _, line := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		head, text, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		command, properties, _ := strings.Cut(head, " ")
		if !ok || !strings.HasPrefix(line, "::") || command != "error" && command != "warning" && command != "notice" || text == "" ||
			strings.ContainsAny(line, "\r\x1b") {
			t.Fatalf("no workflow command: %q", line)
		}
		fields := map[string]string{}
		for _, p := range strings.Split(properties, ",") {
			key, value, ok := strings.Cut(p, "=")
			if !ok {
				t.Fatalf("no property: %q in %q", p, line)
			}
			fields[key] = unescape.Replace(value)
		}
		if fields["file"] == "" || fields["line"] == "" || fields["title"] == "" {
			t.Errorf("%v", fields)
		}
		hostile = hostile || strings.HasSuffix(fields["file"], "a b,c:d%.hcl")
	}
	if !hostile {
		t.Error("the hostile name did not come through")
	}
}

// TestAnnotationsWorkspace: GitHub looks for files relative to the repository's root, wherever the command ran.
func TestAnnotationsWorkspace(t *testing.T) {
	root := t.TempDir()
	sub := filepath.Join(root, "clusters", "eu")
	if err := os.MkdirAll(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(sub, "a.hcl"), []byte("x {}\ncluster \"a\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_WORKSPACE", real)
	t.Chdir(filepath.Join(root, "clusters"))
	for _, args := range [][]string{{"-C", "eu", "validate", "a.hcl"}, {"validate", "eu/a.hcl"}, {"validate", "eu"},
		{"validate", filepath.Join(real, "clusters/eu/a.hcl")}} {
		t.Chdir(filepath.Join(root, "clusters"))
		var stdout, stderr bytes.Buffer
		run(append(args, "-o", "github"), strings.NewReader(""), &stdout, &stderr)
		if !strings.HasPrefix(stdout.String(), "::error file=clusters/eu/a.hcl,line=1,endLine=1,col=1,endColumn=1,title=") {
			t.Errorf("%v: %s%s", args, stdout.String(), stderr.String())
		}
	}
}

// TestLinks: only terminals known to support links get them.
func TestLinks(t *testing.T) {
	for _, c := range []struct {
		env  string
		want bool
	}{
		{"TERM=xterm-256color", false},
		{"TERM=linux", false},
		{"TERM=xterm-kitty", true},
		{"TERM=xterm-256color VTE_VERSION=6003", true},
		{"TERM=xterm-256color VTE_VERSION=4205", false},
		{"TERM=xterm-256color TERM_PROGRAM=vscode", true},
		{"TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", false},
		{"TERM=xterm-256color WT_SESSION=1", true},
		{"TERM=tmux-256color TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=3.4 VTE_VERSION=6003", true},
		{"TERM=tmux-256color TERM_PROGRAM=tmux TERM_PROGRAM_VERSION=3.3a VTE_VERSION=6003", false},
		{"TERM=screen-256color VTE_VERSION=6003", false},
		{"TERM=xterm-kitty CI=true", false},
		{"TERM=xterm FORCE_HYPERLINK=1", true},
		{"TERM=xterm-kitty FORCE_HYPERLINK=0", false},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			key, value, _ := strings.Cut(pair, "=")
			env[key] = value
		}
		if got := links(func(key string) string { return env[key] }); got != c.want {
			t.Errorf("%s: %v", c.env, got)
		}
	}
}

// TestPlaceOfVariables: mistakes on the command line are reported at the start of the file, since reports need a position.
func TestPlaceOfVariables(t *testing.T) {
	for format, want := range map[string]string{
		"sarif":  `"startLine": 1,`,
		"github": "::error file=../../testdata/corpus/minimal.hcl,line=1,",
		"junit":  `at ../../testdata/corpus/minimal.hcl:1:1"`,
	} {
		var stdout, stderr bytes.Buffer
		run([]string{"validate", "-o", format, "-var", "x=1", "../../testdata/corpus/minimal.hcl"}, strings.NewReader(""), &stdout, &stderr)
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%s: %.1000s", format, stdout.String())
		}
	}
}

// TestMarkdownOfRules: the help shown by code scanning keeps code as code, and text free of markup.
func TestMarkdownOfRules(t *testing.T) {
	got := prose("Write `a_b` and *c_d* [e]:\n\ncluster \"dev\" {\n  type = \"all-in-one\"\n}\n\nThen <go>.")
	want := "Write `a_b` and \\*c\\_d\\* \\[e\\]:\n\n\n```hcl\ncluster \"dev\" {\n  type = \"all-in-one\"\n}\n```\n\n\nThen &lt;go>."
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range planner.Catalog() {
		if text := ruleMarkdown(r); strings.Count(text, "```")%2 != 0 {
			t.Error(fmt.Errorf("%s: %s", r.ID, text))
		}
	}
}
