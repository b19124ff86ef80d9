package spec

import (
	"strings"

	"github.com/agext/levenshtein"
)

// maxSuggestions bounds how often one Load looks for a near name, and maxCandidates among how many: a file of 100,000 wrong names
// must still be answered at once.
const (
	maxSuggestions = 500
	maxCandidates  = 2000
)

// suggest returns the candidate that a misspelt name most likely meant, "" if none is near. Case, hyphens and underscores do not
// count, so that podSubnets finds pod_subnets. Of equally near ones the first wins.
func suggest(name string, candidates []string) string {
	plain := fold(name)
	best, distance := "", min(3, (len(plain)+1)/3)
	if plain == "" || len(plain) > 64 {
		return ""
	}
	for i, c := range candidates {
		if i == maxCandidates {
			break
		}
		folded := fold(c)
		if difference := len(folded) - len(plain); difference > distance || -difference > distance {
			continue
		}
		if d := levenshtein.Distance(plain, folded, nil); d < distance || d == distance && best == "" {
			best, distance = c, d
		}
	}
	return best
}

func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// sentence joins the words of a list: "a", "a or b", "a, b or c".
func sentence(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

func quoted(words []string) []string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = `"` + w + `"`
	}
	return q
}
