package spec

import "github.com/k8splan/k8splan/planner/spelling"

// sentence joins words to a list: "a", "a or b", "a, b, or c".
func sentence(words []string, last string) string { return spelling.List(words, last) }

func quoted(words []string) []string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = `"` + w + `"`
	}
	return q
}
