// Package spelling finds the word that was most likely meant by a misspelled one.
//
// The package is internal to k8splan and makes no compatibility promise.
package spelling

import (
	"fmt"
	"strings"
)

// maxCandidates limits the work for one word: a file can define any number of names.
const maxCandidates = 2000

// maxLength limits the words that are compared, in bytes.
const maxLength = 64

// Nearest returns the candidate that a misspelled word most likely means, "" if none is close: at most one slip per three letters, and
// three in total. A slip is an added, missing, or wrong letter, or two swapped letters. Case, hyphens, underscores, and dots do not count,
// so podSubnets finds pod_subnets. Of equally close candidates the first wins.
func Nearest(word string, candidates []string) string {
	plain := Fold(word)
	if plain == "" || len(plain) > maxLength {
		return ""
	}
	best, distance := "", min(3, (len(plain)+1)/3)+1
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		if d := slips(plain, Fold(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// DidYouMean is a sentence that suggests the nearest candidate, with a leading space; "" if none is close.
func DidYouMean(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}

// Fold removes from a word what does not count.
func Fold(word string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(word))
}

// slips is the number of slips between two words: the optimal string alignment distance, in bytes. It stops at enough.
func slips(a, b string, enough int) int {
	if difference := len(a) - len(b); difference >= enough || -difference >= enough {
		return enough
	}
	var rows [3][maxLength + 4]int // b is at most three bytes longer than a
	before, last, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= enough {
			return enough
		}
	}
	return row[len(b)]
}
