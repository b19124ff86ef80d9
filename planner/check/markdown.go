package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// Area is a group of rules under one heading.
type Area struct {
	Name  string
	Rules []*rule.Rule // in the given order
}

// Areas groups rules by area, sorted by name. A target's rules, which are not part of the language, form a separate area, named by the
// first word of their IDs.
func Areas(rules []*rule.Rule) []Area {
	language := map[*rule.Rule]bool{}
	for _, r := range slices.Concat(spec.Rules, plan.Rules) {
		language[r] = true
	}
	var areas []Area
	at := map[string]int{}
	for _, r := range rules {
		name := r.Area()
		if name == rule.Language && !language[r] {
			name, _, _ = strings.Cut(r.ID, "-")
		}
		if _, ok := at[name]; !ok {
			at[name] = len(areas)
			areas = append(areas, Area{Name: name})
		}
		areas[at[name]].Rules = append(areas[at[name]].Rules, r)
	}
	slices.SortFunc(areas, func(a, b Area) int { return strings.Compare(a.Name, b.Name) })
	return areas
}

// Markdown returns docs/rules.md: the rules by area, with the texts of `k8splan explain`.
func Markdown(rules []*rule.Rule) []byte {
	errors := 0
	for _, r := range rules {
		if r.Severity == rule.Error {
			errors++
		}
	}

	var b strings.Builder
	b.WriteString("<!-- Generated from the rules by `UPDATE=1 go test ./cmd/k8splan -run TestRulesPage`. Do not edit. -->\n\n# Rules\n\n")
	fmt.Fprintf(&b, "k8splan has %d rules: %d errors and %d warnings. An error means that the cluster would not install, or would lose "+
		"data; nothing is\ngenerated then. A warning means that it installs, but with a known risk.\n\n", len(rules), errors,
		len(rules)-errors)
	b.WriteString("A finding can be waived by its rule's ID, with a reason and, optionally, an expiry date:\n\n```hcl\nwaive " +
		"\"etcd-even-members\" {\n  reason  = \"etcd-5 joins this afternoon\"\n  expires = \"2026-11-25\"\n}\n```\n\n")
	b.WriteString("It then becomes a note, which stays visible. Rules marked *permanent* protect data or the installation itself, " +
		"and cannot be waived.\n\n")
	b.WriteString("For each rule about the design, `testdata/rules/<id>.hcl` breaks only this rule, and `testdata/rules/<id>.ok.hcl` " +
		"comes close without breaking it.\n\n")
	areas := Areas(rules)
	for _, area := range areas {
		fmt.Fprintf(&b, "- [%s](#%s) (%d)\n", area.Name, area.Name, len(area.Rules))
	}
	for _, area := range areas {
		fmt.Fprintf(&b, "\n## %s\n", area.Name)
		for _, r := range area.Rules {
			permanent := ""
			if r.Permanent {
				permanent = ", permanent"
			}
			fmt.Fprintf(&b, "\n### %s\n\n**%s** (%s%s). %s\n\n", r.ID, r.Title, r.Severity, permanent, r.Doc)
			fmt.Fprintf(&b, "*Instead:* %s\n", r.Fix)
			if len(r.Sources) > 0 {
				b.WriteString("\n")
				for _, s := range r.Sources {
					fmt.Fprintf(&b, "- <%s>\n", s)
				}
			}
		}
	}
	return []byte(b.String())
}
