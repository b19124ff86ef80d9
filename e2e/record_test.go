package main

import (
	"maps"
	"testing"
)

func TestShown(t *testing.T) {
	calm := &Sighting{Writes: 200, Gap: 0.4, Endpoint: 0.3}
	got := shown(map[string]chainResult{
		"many": {Date: "2026-12-01", Fresh: true, Edits: []editResult{
			{What: "two settings", Rows: []string{"a", "b"}, Settled: true, Trouble: "ansible-playbook was killed after 12 results",
				Sighting: &Sighting{Writes: 900, Gap: 61, Endpoint: 70.4, Restarted: []string{"web"}}},
			{What: "one of them", Rows: []string{"b"}, Settled: true, Sighting: calm},
			{What: "what failed afterwards", Rows: []string{"a", "c"}, Sighting: calm},
		}},
		"life":   {Date: "2026-11-30", Edits: []editResult{{What: "earlier", Rows: []string{"b"}, Settled: true, Sighting: calm}}},
		"guards": {Date: "2026-12-01", Edits: []editResult{{What: "network {}", Rows: []string{"d"}, Refused: "The pod network"}}},
		"forced": {Date: "2026-12-01", Edits: []editResult{
			{What: "by a flag", Rows: []string{"e"}, Refused: "refused", Forced: "it exits"},
		}},
	})
	want := map[string]string{
		"a": "2026-12-01, many: two settings, 2 changes in one edit; ansible-playbook was killed after 12 results; it was run again; " +
			"900 writes, none lost, longest gap 61 s; API unavailable for 70 s; same as a fresh cluster",
		"b": "2026-12-01, many: one of them; 200 writes, none lost, longest gap 0.4 s; no pod restarted; same as a fresh cluster",
		"d": "2026-12-01, guards: refused",
		"e": "2026-12-01, forced: by a flag: refused; forced: it exits",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
