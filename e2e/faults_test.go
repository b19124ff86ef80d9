package main

import (
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	s := time.Second
	for name, c := range map[string]struct {
		tries []try
		works bool
		gap   time.Duration // 0: no gap is reported
	}{
		"always":       {[]try{{1 * s, true}, {20 * s, true}, {36 * s, true}}, true, 0},
		"never":        {[]try{{3 * s, false}, {36 * s, false}}, false, 0},
		"away at once": {[]try{{3 * s, false}, {9 * s, true}, {36 * s, true}}, true, 9 * s},
		"away later, and twice": {[]try{{1 * s, true}, {2 * s, false}, {4 * s, true}, {10 * s, true}, {12 * s, false}, {18 * s, true},
			{36 * s, true}}, true, 8 * s},
		"gone after a while":    {[]try{{1 * s, true}, {5 * s, false}, {36 * s, false}}, false, 0},
		"slow, without failing": {[]try{{1 * s, true}, {15 * s, true}, {36 * s, true}}, true, 0},
	} {
		r := result{Observed: map[string]bool{}, Gaps: map[string]time.Duration{}}
		judge(&r, "api", c.tries)
		if r.Observed["api"] != c.works || r.Gaps["api"] != c.gap {
			t.Errorf("%s: works %v after %v; want %v after %v", name, r.Observed["api"], r.Gaps["api"], c.works, c.gap)
		}
	}
}

func TestObserved(t *testing.T) {
	page := observed([]result{
		{Case: patientName("3+1"), Injection: "pull node/cp-1", Predicted: map[string]string{"api": "degraded", "dns": "depends",
			"etcd-writes": "down", "join": "up"},
			Observed: map[string]bool{"api": true, "dns": false, "etcd-writes": true},
			Gaps:     map[string]time.Duration{"api": 3 * time.Second}, Compared: 2, Wrong: []string{"etcd-writes"}},
		{Case: patientName("3+1"), Injection: "pull a worker, and leave it",
			Moved: map[string]time.Duration{"pods replaced": 350 * time.Second}},
	}, "Kubernetes 1.37.2")
	for _, want := range []string{"| 3+1 | pull node/cp-1 | ✗ **wrong** |", "| ◐ |", "| ? did not work | ✓ not asked |", "| 3 s |",
		"1 faults, 2 capabilities compared, 1 predicted wrong", "| pods replaced | 350.0 s | 350.0 s |"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}
