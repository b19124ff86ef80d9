package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReadTiming(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	const lines = `{"play": "Prepare", "at": 10.0}
{"task": "Write", "path": "a.yml:1", "host": "b", "changed": true, "failed": false, "at": 11.0, "took": 0.5}
{"task": "Write", "path": "a.yml:1", "host": "a", "changed": true, "failed": false, "at": 11.2, "took": 0.5}
{"play": "Join", "at": 11.5}
{"task": "Join", "path": "b.yml:1", "host": "b", "changed": true, "failed": false, "at": 12.0, "took": 0.4}
{"task": "Look", "path": "b.yml:9", "host": "b", "changed": false, "failed": false, "at": 12.5, "took": 0.4}
{"recap": {"a": {"ok": 1, "changed": 1}, "b": {"ok": 3, "changed": 2}}, "at": 13.0}
`
	if err := os.WriteFile(path, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readTiming(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.tasks != 3 || r.changedCount() != 3 || len(r.plays) != 2 || r.plays[0].changed != 2 || r.plays[0].took.Seconds() != 1.5 {
		t.Errorf("%+v", r)
	}
	if want := []string{"a: Write", "b: Join", "b: Write"}; !slices.Equal(r.changed, want) {
		t.Errorf("changed %v, want %v", r.changed, want)
	}
}

// Every case has its topology, and every topology has a case.
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
