package lsp

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/plan"
)

// hints shows the plan's values for a pool next to the source: the addresses that follow the first, and the machines of each failure
// domain. A file with an error has none, because they would describe an older version.
func (s *server) hints(p *documentParams) any {
	out := []inlayHint{}
	d := s.document(p)
	if d == nil {
		return out
	}
	resolved, fresh := d.plan()
	body := d.tree()
	if resolved == nil || !fresh || body == nil {
		return out
	}
	for _, b := range body.Blocks {
		if b.Type != "node_pool" || len(b.Labels) != 1 {
			continue
		}
		of := ofPool(resolved, b.Labels[0])
		if len(of) == 0 {
			continue
		}
		for _, a := range sorted(b.Body) {
			label, more := hint(a, of)
			at := d.position(a.Expr.Range().End.Byte)
			if label == "" || before(at, p.Range.Start) || p.Range != (span{}) && before(p.Range.End, at) {
				continue
			}
			out = append(out, inlayHint{Position: at, Label: label, Tooltip: more, PaddingLeft: true})
		}
	}
	return out
}

// hint returns the text shown after a pool's argument, and more text for a tooltip.
func hint(a *hclsyntax.Attribute, of []*plan.Node) (label, more string) {
	last := of[len(of)-1]
	switch a.Name {
	case "count":
		if len(of) > 1 {
			return of[0].Name + " to " + last.Name, ""
		}
		return of[0].Name, ""
	case "first_address":
		if len(of) > 1 && last.Address.IsValid() {
			return "to " + last.NodeIP(), table(of, func(n *plan.Node) string { return n.NodeIP() })
		}
	case "failure_domains", "failure_domain_of":
		var names []string
		count := map[string]int{}
		for _, n := range of {
			if count[n.FailureDomain] == 0 {
				names = append(names, n.FailureDomain)
			}
			count[n.FailureDomain]++
		}
		for i, name := range names {
			names[i] = fmt.Sprintf("%s: %d", name, count[name])
		}
		if len(names) > mostDomains {
			names = append(names[:mostDomains], "…")
		}
		return strings.Join(names, ", "), table(of, func(n *plan.Node) string { return n.FailureDomain })
	}
	return "", ""
}

// mostDomains limits the failure domains of a hint.
const mostDomains = 6

// table formats one line per machine.
func table(of []*plan.Node, what func(*plan.Node) string) string {
	var lines []string
	for i, n := range of {
		if i == mostRows {
			lines = append(lines, fmt.Sprintf("and %d more", len(of)-i))
			break
		}
		lines = append(lines, n.Name+"  "+what(n))
	}
	return strings.Join(lines, "\n")
}
