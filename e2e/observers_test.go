package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// One long gap is found, and does not make the watchers slow; a busy machine does.
func TestGaps(t *testing.T) {
	began := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	log := func(seconds ...float64) (text string, end time.Time) {
		var b strings.Builder
		at := began
		for _, s := range seconds {
			at = at.Add(time.Duration(s * float64(time.Second)))
			fmt.Fprintf(&b, "%s service\n%s pod 10.0.0.1\n", at.Format(time.RFC3339Nano), at.Format(time.RFC3339Nano))
		}
		return b.String(), at
	}
	for _, c := range []struct {
		seconds       []float64
		longest, slow float64
	}{
		{[]float64{1, 1, 1, 20, 1, 1}, 20, 1},
		{[]float64{3, 3, 3, 9, 3}, 9, 2},
	} {
		text, end := log(c.seconds...)
		service, pods, pace := gaps(text, began, end)
		if service != c.longest || pods != c.longest {
			t.Errorf("%v: %v %v", c.seconds, service, pods)
		}
		if saw := (&Sighting{Pace: pace}); saw.slow() != c.slow {
			t.Errorf("%v: pace %v, slow %v", c.seconds, pace, saw.slow())
		}
	}
}
