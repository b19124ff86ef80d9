package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReadTiming(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	const lines = `{"play": "Prepare", "task": "Write", "path": "a.yml:1", "start": 1.0, "end": 2.5, "hosts": 2, "changed": ["b", "a"], "failed": []}
{"play": "Prepare", "task": "Skipped", "path": "a.yml:9", "start": 2.5, "end": 2.6, "hosts": 0, "changed": [], "failed": []}
{"play": "Join", "task": "Join", "path": "b.yml:1", "start": 3.0, "end": 4.0, "hosts": 1, "changed": ["b"], "failed": []}
{"recap": {"a": {"ok": 1, "changed": 1}, "b": {"ok": 2, "changed": 2}}}
`
	if err := os.WriteFile(path, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readTiming(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.tasks != 2 || r.changedCount() != 3 || len(r.plays) != 2 || r.plays[0].changed != 2 || r.plays[0].took.Seconds() != 1.6 {
		t.Errorf("%+v", r)
	}
	if want := []string{"a: Write", "b: Join", "b: Write"}; !slices.Equal(r.changed, want) {
		t.Errorf("changed %v, want %v", r.changed, want)
	}
}

// Every case has its topology, and every topology is a case.
func TestCasesHaveTopologies(t *testing.T) {
	files, err := filepath.Glob("topologies/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	var have, want []string
	for _, f := range files {
		have = append(have, filepath.Base(f))
	}
	for _, c := range cases {
		want = append(want, c.name+".hcl")
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("topologies %v, cases %v", have, want)
	}
}
