// Package emittest supports the emitters' tests: the topologies that all of them use, and golden files.
//
// The package is internal to k8splan and makes no compatibility promise.
package emittest

import (
	"bytes"
	"embed"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/targets/machines/baremetal"
)

//go:embed topologies
var topologies embed.FS

var update = flag.Bool("update", false, "write the golden files instead of comparing")

// Names returns the sorted names of the topologies: the four types, and the designs that differ most from them.
func Names(t *testing.T) []string {
	t.Helper()
	entries, err := topologies.ReadDir("topologies")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".hcl"))
	}
	return names
}

// Source returns a topology's source text.
func Source(t *testing.T, name string) string {
	t.Helper()
	src, err := topologies.ReadFile("topologies/" + name + ".hcl")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// Plan returns a topology's plan.
func Plan(t *testing.T, name string) *plan.Plan {
	t.Helper()
	return Parse(t, Source(t, name))
}

// Parse resolves a topology that must be valid.
func Parse(t testing.TB, src string) *plan.Plan {
	t.Helper()
	s, diags := spec.Load("topology.hcl", []byte(src), nil)
	if diags.HasErrors() {
		t.Fatal(diags.Error())
	}
	p, diags := plan.Resolve(s, baremetal.Target().Facts)
	if diags.HasErrors() {
		t.Fatal(diags.Error())
	}
	return p
}

// Emit runs an emitter and checks its files against the rules for every tree.
func Emit(t *testing.T, emit func(*plan.Plan) ([]artifact.File, error), p *plan.Plan) []artifact.File {
	t.Helper()
	files, err := emit(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.NewSet(files); err != nil {
		t.Fatal(err)
	}
	return files
}

// Data returns the contents of a file.
func Data(t *testing.T, files []artifact.File, path string) []byte {
	t.Helper()
	for _, f := range files {
		if f.Path == path {
			return f.Data
		}
	}
	t.Fatalf("no file %s", path)
	return nil
}

// Golden compares files with testdata/<name>.txtar of the package under test.
func Golden(t *testing.T, name string, files []artifact.File) {
	t.Helper()
	set, err := artifact.NewSet(files)
	if err != nil {
		t.Fatal(err)
	}
	var archive txtar.Archive
	for _, f := range set.Files() {
		if f.Path != artifact.SumsName {
			archive.Files = append(archive.Files, txtar.File{Name: f.Path, Data: f.Data})
		}
	}
	got := txtar.Format(&archive)
	path := filepath.Join("testdata", name+".txtar")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); run the test with -update when it should:\n%s", path, diff)
	}
}

// AllGolden compares an emitter's files for every topology with golden files, and checks that a second rendering is identical.
func AllGolden(t *testing.T, emit func(*plan.Plan) ([]artifact.File, error)) {
	t.Helper()
	for _, name := range Names(t) {
		t.Run(name, func(t *testing.T) {
			files := Emit(t, emit, Plan(t, name))
			Golden(t, name, files)
			again := Emit(t, emit, Plan(t, name))
			if diff := cmp.Diff(files, again); diff != "" {
				t.Errorf("a second rendering differs:\n%s", diff)
			}
		})
	}
}

// WorkerIsLocal checks that a new worker changes no other host's file: all earlier files are still there, unchanged.
func WorkerIsLocal(t *testing.T, emit func(*plan.Plan) ([]artifact.File, error)) {
	t.Helper()
	for _, name := range Names(t) {
		if name == "all-in-one" { // has no room for a worker
			continue
		}
		t.Run(name, func(t *testing.T) {
			address := "10.250.0.1"
			if name == "ipv6" {
				address = "fd00:250::1"
			}
			before := Emit(t, emit, Plan(t, name))
			more := Source(t, name) + "\nnode \"a-new-worker\" {\n  roles   = [\"worker\"]\n  address = \"" + address + "\"\n}\n"
			after := Emit(t, emit, Parse(t, more))
			for _, f := range before {
				if !bytes.Equal(f.Data, Data(t, after, f.Path)) {
					t.Errorf("%s changes with a new worker:\n%s", f.Path, cmp.Diff(string(f.Data), string(Data(t, after, f.Path))))
				}
			}
		})
	}
}
