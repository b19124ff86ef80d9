package main

import (
	"encoding/json"
	"testing"
)

func TestPromiseKept(t *testing.T) {
	for _, c := range []struct {
		name, steps, trouble string
		endpoint, gap        float64
		broken               bool
	}{
		{"a moment", `[{"survives": {"writes": 1, "api": 2}}]`, "", 1.5, 1.5, false},
		{"too long", `[{"survives": {"writes": 1, "api": 2}}]`, "", 30, 1.5, true},
		{"writes too long", `[{"survives": {"writes": 1, "api": 2}}]`, "", 1, 30, true},
		{"the API is away in a step", `[{"survives": {"writes": 0, "api": 0}}, {"survives": {"writes": 0, "api": null}}]`, "", 90, 90,
			false},
		{"writes are away in a step", `[{"survives": {"writes": null, "api": 1}}]`, "", 1, 90, false},
		{"a host of three without power", `[{"survives": {"writes": 1, "api": 2}}]`, "cp-2 lost power after 8 results", 20, 20, false},
		{"a host of three, far too long", `[{"survives": {"writes": 1, "api": 2}}]`, "cp-2 lost power after 8 results", 90, 90, true},
		{"the only host without power", `[{"survives": {"writes": 0, "api": 0}}]`, "aio-1 lost power after 8 results", 90, 90, false},
	} {
		p := promise{Verdict: "ordered"}
		if err := json.Unmarshal([]byte(c.steps), &p.Steps); err != nil {
			t.Fatal(err)
		}
		if err := p.kept(&Sighting{Endpoint: c.endpoint, Gap: c.gap}, c.trouble); (err != nil) != c.broken {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
