package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/rule"
)

// Markdown returns docs/rules.md: every rule of the catalogue, by area, as `k8splan explain` has them.
func Markdown() []byte {
	rules := Catalog()
	errors := 0
	areas, order := map[string][]*rule.Rule{}, []string{}
	for _, r := range rules {
		if r.Severity == rule.Error {
			errors++
		}
		if areas[r.Area()] == nil {
			order = append(order, r.Area())
		}
		areas[r.Area()] = append(areas[r.Area()], r)
	}

	var b strings.Builder
	b.WriteString("<!-- Generated from the rules by `UPDATE=1 go test ./planner/check`. Do not edit. -->\n\n# Rules\n\n")
	fmt.Fprintf(&b, "k8splan has %d rules: %d errors and %d warnings. An error means that the cluster would not install, or would lose data; nothing is\ngenerated then. A warning means that it installs and that its owner will regret it.\n\n", len(rules), errors, len(rules)-errors)
	b.WriteString("A finding can be waived by its rule's ID, with a reason and, if you like, a day on which that ends:\n\n```hcl\nwaive \"etcd-even-members\" {\n  reason  = \"etcd-5 joins this afternoon\"\n  expires = \"2026-11-25\"\n}\n```\n\n")
	b.WriteString("It is then a note that stays visible. Rules marked *permanent* guard data or the installation itself and cannot be waived.\n\n")
	b.WriteString("For each rule, `testdata/rules/<id>.hcl` is a design that breaks it and no other, and `testdata/rules/<id>.ok.hcl` one that nearly does.\n\n")
	slices.Sort(order)
	for _, area := range order {
		fmt.Fprintf(&b, "- [%s](#%s) (%d)\n", area, area, len(areas[area]))
	}
	for _, area := range order {
		fmt.Fprintf(&b, "\n## %s\n", area)
		for _, r := range areas[area] {
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
