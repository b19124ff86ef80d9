package main

import (
	"fmt"

	"github.com/agext/levenshtein"
)

// near is a hint that names the candidate closest to a word that is none of them, or otherwise where none is close.
func near(word string, candidates []string, otherwise string) string {
	best, distance := "", 0
	for _, c := range candidates {
		d := levenshtein.Distance(word, c, nil)
		if d <= max(2, len(c)/3) && (best == "" || d < distance) {
			best, distance = c, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %s? %s", best, otherwise)
}
