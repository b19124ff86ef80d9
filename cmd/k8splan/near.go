package main

import (
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// near is a hint that names the candidate closest to a word that is none of them, else the first that holds it, or otherwise where none is
// close.
func near(word string, candidates []string, otherwise string) string {
	best := spelling.Nearest(word, candidates)
	for _, c := range candidates {
		if best == "" && len(word) > 2 && strings.Contains(c, word) {
			best = c
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %s? %s", best, otherwise)
}
