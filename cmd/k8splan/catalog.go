package main

import (
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
)

// rulesPage is where the rules are to be read; each has its ID for an anchor.
const rulesPage = "https://github.com/k8splan/k8splan/blob/main/docs/rules.md"

// rulePage is the address of what is known of a rule.
func rulePage(id string) string { return rulesPage + "#" + id }

// catalog is every rule that a command speaks for: the planner's, and those that stand on the command line. Sorted by ID.
func catalog() []*rule.Rule {
	rules := append(planner.Catalog(), requireSurvive)
	slices.SortFunc(rules, func(a, b *rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}
