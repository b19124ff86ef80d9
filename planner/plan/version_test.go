package plan

import (
	"slices"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for s, want := range map[string]Version{"1.37.2": {1, 37, 2}, "v0.28.10": {0, 28, 10}, "0.0.0": {}} {
		if got, ok := ParseVersion(s); !ok || got != want {
			t.Errorf("%q: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "1", "1.37", "1.37.2.1", "1.37.x", "1.037.2", "1.37.2-rc.1", "1.37.2+k3s1", " 1.37.2", "1.-37.2",
		"vv1.37.2", "1.37.99999999999999999999", "١.٣٧.٢"} {
		if got, ok := ParseVersion(s); ok {
			t.Errorf("%q was read as %s", s, got)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	sorted := []Version{{}, {1, 9, 11}, {1, 10, 0}, {1, 37, 2}, {1, 37, 10}, {2, 0, 0}}
	for i, v := range sorted {
		for j, w := range sorted {
			if (v.Before(w)) != (i < j) || (v.Compare(w) == 0) != (i == j) {
				t.Errorf("%s against %s", v, w)
			}
		}
	}
	if !slices.IsSortedFunc(sorted, Version.Compare) || (Version{1, 37, 0}).MinorsAhead(Version{1, 34, 9}) != 3 {
		t.Error("order")
	}
}

func TestPredicatesTurnAtTheirMinor(t *testing.T) {
	for name, c := range map[string]struct {
		predicate func(Version) bool
		minor     int
	}{
		"NFTablesProxy": {Version.NFTablesProxy, 33}, "IPVSDeprecated": {Version.IPVSDeprecated, 35},
		"NeedsCgroupV2":   {Version.NeedsCgroupV2, 35},
		"StrictAddresses": {Version.StrictAddresses, 36}, "ECDSAP384": {Version.ECDSAP384, 34},
		"ExplicitProxyMode": {Version.ExplicitProxyMode, 37}, "SuperAdmin": {Version.SuperAdmin, 29},
	} {
		if c.predicate(Version{1, c.minor - 1, 99}) || !c.predicate(Version{1, c.minor, 0}) || !c.predicate(Version{1, c.minor + 1, 0}) {
			t.Errorf("%s does not turn at 1.%d", name, c.minor)
		}
	}
}

func TestTargetTakesVersions(t *testing.T) {
	f := Facts{Limits: Limits{Oldest: Version{1, 33, 0}, Newest: Version{1, 36, 0}}}
	for minor, want := range map[int]bool{32: false, 33: true, 36: true, 37: false} {
		if f.Takes(Version{1, minor, 9}) != want {
			t.Errorf("takes 1.%d: %v", minor, !want)
		}
	}
	f.Patches = []Version{{1, 35, 8}}
	for v, want := range map[Version]bool{{1, 34, 99}: true, {1, 35, 8}: true, {1, 35, 9}: false, {1, 36, 99}: true} {
		if f.Takes(v) != want {
			t.Errorf("takes %s: %v", v, !want)
		}
	}
	if !(Facts{}).Takes(Version{1, 99, 0}) {
		t.Error("no limit is a limit")
	}
}
