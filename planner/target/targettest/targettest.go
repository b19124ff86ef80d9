// Package targettest checks a target's package against its valid topology and against the mistakes that its rules report.
//
// testdata/targets/<name>.hcl is a valid design; testdata/targets/<name>.golden is the target's part of its tree, as a txtar archive (`go
// test -update` writes it). Each rule of the target has a section in testdata/targets/<name>.bad.txtar: a file <rule>.hcl in which each
// offending line ends in the comment `# <rule>`, one for each diagnostic.
//
// The package is internal to k8splan and makes no compatibility promise.
package targettest

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"golang.org/x/tools/txtar"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/render"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/target"
)

var update = flag.Bool("update", false, "write the golden files again")

// Target is a target under test.
type Target struct{ target.Target }

// Of returns the test of a target.
func Of(t target.Target) Target { return Target{t} }

// folder is testdata/targets, relative to a target's package.
const folder = "../../../../testdata/targets"

// Open runs the pipeline up to the target's block. It fails the test on an earlier mistake.
func (of Target) Open(t *testing.T, name string, src []byte) (target.Emitter, hcl.Diagnostics) {
	t.Helper()
	s, diags := spec.Load(name, src, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := plan.Resolve(s, of.Facts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if p.Target.Name != of.Facts.Name {
		t.Fatalf("%s is a topology for the target %q", name, p.Target.Name)
	}
	if s.Target == nil {
		return of.New(p, nil, nil)
	}
	return of.New(p, s.Target.Body, s.Target.Context)
}

// Golden returns the target's files for its valid topology, after comparing them with the golden archive.
func (of Target) Golden(t *testing.T) []artifact.File {
	t.Helper()
	return of.Variant(t, of.Facts.Name)
}

// Variant does the same with another valid topology for the target, <name>.hcl.
func (of Target) Variant(t *testing.T, name string) []artifact.File {
	t.Helper()
	path := filepath.Join(folder, name+".hcl")
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	emit, diags := of.Open(t, path, src)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	files, err := emit(render.Upstream())
	if err != nil {
		t.Fatal(err)
	}
	of.guideIsWhole(t, name, files)
	archive := &txtar.Archive{}
	slices.SortFunc(files, func(a, b artifact.File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range files {
		archive.Files = append(archive.Files, txtar.File{Name: f.Path, Data: f.Data})
	}
	golden := filepath.Join(folder, name+".golden")
	got := txtar.Format(archive)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (- golden, + now):\n%s", golden, diff)
	}
	return files
}

// marker names a rule of the target, or of the language, that a line breaks.
var marker = regexp.MustCompile(`# ([a-z0-9]+(?:-[a-z0-9]+)+)`)

// Refuses checks that every mistake of the bad archive gives its diagnostic, and that each rule of the target has one.
func (of Target) Refuses(t *testing.T) {
	t.Helper()
	path := filepath.Join(folder, of.Facts.Name+".bad.txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoken := map[string]bool{}
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			type finding struct {
				Line int
				Rule string
			}
			var want, got []finding
			for i, line := range strings.Split(string(f.Data), "\n") {
				for _, m := range marker.FindAllStringSubmatch(line, -1) {
					if slices.ContainsFunc(slices.Concat(of.Rules, spec.Rules), func(r *rule.Rule) bool { return r.ID == m[1] }) {
						want = append(want, finding{i + 1, m[1]})
					}
				}
			}
			if len(want) == 0 {
				t.Fatal("no line ends in a comment # RULE")
			}
			_, diags := of.Open(t, f.Name, f.Data)
			for _, d := range diags {
				got = append(got, finding{d.Subject.Start.Line, rule.ID(d)})
				spoken[rule.ID(d)] = true
			}
			for _, findings := range [][]finding{want, got} {
				slices.SortFunc(findings, func(a, b finding) int { return cmp.Or(a.Line-b.Line, strings.Compare(a.Rule, b.Rule)) })
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("- want, + got:\n%s\n%v", diff, diags)
			}
		})
	}
	for _, r := range of.Rules {
		if !spoken[r.ID] {
			t.Errorf("%s holds no mistake for the rule %s", path, r.ID)
		}
	}
}

// Shellcheck fails the test if shellcheck complains about a script among the files.
func Shellcheck(t *testing.T, files []artifact.File) {
	t.Helper()
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".sh") {
			continue
		}
		cmd := exec.Command("shellcheck", "-")
		cmd.Stdin = bytes.NewReader(f.Data)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("shellcheck %s: %v\n%s", f.Path, err, out)
		}
	}
}

// Write writes the files to a temporary directory with the tree's layout, and returns it.
func Write(t *testing.T, files []artifact.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, cmp.Or(f.Mode, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// guideIsWhole checks that the page in the target's folder, if there is one, explains what the target costs, the order of the steps, how to
// check that the cluster works, and how to remove all of it.
func (of Target) guideIsWhole(t *testing.T, name string, files []artifact.File) {
	t.Helper()
	for _, f := range files {
		if f.Path != of.Facts.Folder+"/README.md" {
			continue
		}
		for _, point := range []string{"What it costs: ", "1. ", "Check that it works: ", "o remove everything, data included"} {
			if !strings.Contains(string(f.Data), point) {
				t.Errorf("%s: %s does not say %q", name, f.Path, point)
			}
		}
	}
}
