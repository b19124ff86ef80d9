package spelling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Quantity is a number with its noun: "1 host", "5,000 hosts".
func Quantity(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Thousands formats a number with commas: 65,534.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Few lists names; if there are more than most, it lists the first ones and says how many more there are.
func Few(names []string, most int) string {
	if len(names) > most {
		return List(append(slices.Clone(names[:most-1]), fmt.Sprintf("%d more", len(names)-most+1)), "and")
	}
	return strings.Join(names, ", ")
}

// List joins words as in a sentence, with a conjunction before the last: "a", "a and b", "a, b, and c".
func List(words []string, conjunction string) string {
	switch n := len(words); n {
	case 0, 1:
		return strings.Join(words, "")
	case 2:
		return words[0] + " " + conjunction + " " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + ", " + conjunction + " " + words[n-1]
	}
}
