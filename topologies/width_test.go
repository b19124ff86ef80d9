package topologies

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestStarterWidth checks that starters fit the width of an ordinary terminal.
func TestStarterWidth(t *testing.T) {
	for _, target := range StarterTargets() {
		for _, kind := range StarterTypes(target) {
			text, err := Starter(kind, target)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(text), "\n") {
				if n := utf8.RuneCountInString(line); n > 80 {
					t.Errorf("%s for %s, line %d has %d columns: %s", kind, target, i+1, n, line)
				}
			}
		}
	}
}
