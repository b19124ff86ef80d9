package main

import (
	"fmt"
	"strings"

	"github.com/k8splan/k8splan/planner/spelling"
)

// near returns a hint with the candidate most similar to an unknown word, else the first that contains it, or otherwise if none is similar.
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
