package lsp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/plan"
)

// symbols returns the outline of the file: its blocks, and the names that locals declare.
func (s *server) symbols(p *documentParams) any {
	out := []documentSymbol{}
	d := s.document(p)
	if d == nil {
		return out
	}
	if body := d.tree(); body != nil {
		out = append(out, d.outline(body)...)
	}
	return out
}

func (d *document) outline(body *hclsyntax.Body) []documentSymbol {
	var out []documentSymbol
	for _, b := range body.Blocks {
		end := max(b.CloseBraceRange.End.Byte, b.OpenBraceRange.End.Byte)
		one := documentSymbol{Name: header(b), Kind: symbolOf(b.Type), Detail: d.about(b),
			Range: d.span(b.TypeRange.Start.Byte, end), SelectionRange: d.span(b.TypeRange.Start.Byte, b.OpenBraceRange.Start.Byte)}
		if before(one.Range.End, one.SelectionRange.End) {
			one.SelectionRange = span{one.Range.Start, one.Range.Start}
		}
		if b.Type == "locals" {
			for _, a := range sorted(b.Body) {
				one.Children = append(one.Children, documentSymbol{Name: a.Name, Kind: symbolConstant,
					Range:          d.span(a.SrcRange.Start.Byte, a.SrcRange.End.Byte),
					SelectionRange: d.span(a.NameRange.Start.Byte, a.NameRange.End.Byte)})
			}
		}
		one.Children = append(one.Children, d.outline(b.Body)...)
		out = append(out, one)
	}
	return out
}

// sorted returns the arguments of a body in file order.
func sorted(body *hclsyntax.Body) []*hclsyntax.Attribute {
	var out []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return out
}

func symbolOf(block string) int {
	switch block {
	case "variable":
		return symbolVariable
	case "locals":
		return symbolNamespace
	case "node", "node_pool":
		return symbolObject
	case "waive":
		return symbolEvent
	}
	return symbolModule
}

// about summarizes the plan's values for a node or a pool.
func (d *document) about(b *hclsyntax.Block) string {
	p, _ := d.plan()
	if p == nil || len(b.Labels) != 1 {
		return ""
	}
	switch b.Type {
	case "node":
		for _, n := range p.Nodes {
			if n.Pool == "" && n.Name == b.Labels[0] {
				return n.Roles.Words()
			}
		}
	case "node_pool":
		if of := ofPool(p, b.Labels[0]); len(of) > 0 {
			return fmt.Sprintf("%d × %s", len(of), of[0].Roles.Words())
		}
	}
	return ""
}

func ofPool(p *plan.Plan, name string) []*plan.Node {
	var out []*plan.Node
	for _, n := range p.Nodes {
		if n.Pool == name {
			out = append(out, n)
		}
	}
	return out
}

// folding returns the foldable ranges: blocks, brackets, and comments of several lines. They are found by tokens, so that a half-written
// file folds too.
func (s *server) folding(p *documentParams) any {
	out := []foldingRange{}
	d := s.document(p)
	if d == nil || len(d.text) > mostBytes {
		return out
	}
	tokens, _ := hclsyntax.LexConfig([]byte(d.text), "", hcl.InitialPos)
	var open []int // lines
	first, last := -1, -2
	comment := func() {
		if first >= 0 && last > first {
			out = append(out, foldingRange{first, last, "comment"})
		}
		first, last = -1, -2
	}
	for _, t := range tokens {
		line := d.position(t.Range.Start.Byte).Line
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp,
			hclsyntax.TokenTemplateControl:
			open = append(open, line)
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			if n := len(open); n > 0 {
				if line-1 > open[n-1] { // the line of the closing bracket stays visible
					out = append(out, foldingRange{open[n-1], line - 1, ""})
				}
				open = open[:n-1]
			}
		}
		if t.Type != hclsyntax.TokenComment {
			continue
		}
		before := d.text[d.lines[line]:t.Range.Start.Byte]
		end := d.position(t.Range.Start.Byte + len(strings.TrimRight(string(t.Bytes), "\r\n"))).Line
		switch {
		case strings.TrimSpace(before) != "": // after something else on the line
			comment()
		case line == last+1:
			last = end
		default:
			comment()
			first, last = line, end
		}
	}
	comment()
	slices.SortFunc(out, func(a, b foldingRange) int { return a.StartLine - b.StartLine })
	return out
}
