package baremetal

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // not the machine's
)

func TestZones(t *testing.T) {
	all := zones()
	for _, zone := range all {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Error(err)
		}
	}
	if places := all[:len(all)-29]; !slices.IsSorted(places) || len(slices.Compact(slices.Clone(places))) != len(places) {
		t.Error("zone.tab's names are not sorted, or one is there twice")
	}
	for _, old := range []string{"US/Pacific", "Asia/Calcutta", "PST8PDT", "EST"} {
		if slices.Contains(all, old) {
			t.Errorf("%s has been replaced", old)
		}
	}
}
