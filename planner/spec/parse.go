package spec

import (
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parse parses a file that guard has accepted, in the parts between its cuts, in parallel. The result is the same as for one piece: at a
// cut nothing is open, so an argument or a block has just ended.
func parse(filename string, src []byte, cuts []hcl.Pos) (*hclsyntax.Body, hcl.Diagnostics) {
	type part struct {
		body  *hclsyntax.Body
		diags hcl.Diagnostics
	}
	starts := append([]hcl.Pos{hcl.InitialPos}, cuts...)
	parts := make([]part, len(starts))
	var group sync.WaitGroup
	for i, start := range starts {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1].Byte
		}
		group.Go(func() { parts[i].body, parts[i].diags = parsePart(filename, src[start.Byte:end], start) })
	}
	group.Wait()
	whole, diags := parts[0].body, parts[0].diags
	for _, p := range parts[1:] {
		for name, attr := range p.body.Attributes {
			if _, twice := whole.Attributes[name]; !twice { // an error at the top level of a file in any case
				whole.Attributes[name] = attr
			}
		}
		whole.Blocks = append(whole.Blocks, p.body.Blocks...)
		diags = append(diags, p.diags...)
		whole.SrcRange.End, whole.EndRange = p.body.SrcRange.End, p.body.EndRange
	}
	return whole, diags
}

// Tree is the parsed file, for callers that search it for names: Load's own tree no longer shows what expressions read. It is nil if the
// file must not be parsed.
func Tree(filename string, src []byte) *hclsyntax.Body {
	how, refusal := guard(filename, src)
	if refusal != nil {
		return nil
	}
	body, _ := parse(filename, src[:how.end], how.cuts)
	return body
}

// parsePart turns a panic of the parser, which asserts its own invariants, into a diagnostic: input must never crash the program.
func parsePart(filename string, src []byte, start hcl.Pos) (body *hclsyntax.Body, diags hcl.Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			at := hcl.Range{Filename: filename, Start: start, End: start}
			body = &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: at, EndRange: at}
			diags = hcl.Diagnostics{syntaxError.Diagnostic(at, fmt.Sprintf("The file cannot be parsed: %v.", r))}
		}
	}()
	file, diags := hclsyntax.ParseConfig(src, filename, start)
	return file.Body.(*hclsyntax.Body), diags
}

// outline tells HCL's snippet printer which block contains a position.
type outline struct{ body *hclsyntax.Body }

// ContextString names the block around an offset: `node "lb-1"`.
func (o outline) ContextString(offset int) string {
	if b := o.around(offset); b != nil {
		name := b.Type
		for _, label := range b.Labels {
			name += fmt.Sprintf(" %q", label)
		}
		return name
	}
	return ""
}

// ContextDefRange is the header of the block around an offset.
func (o outline) ContextDefRange(offset int) hcl.Range {
	if b := o.around(offset); b != nil {
		return b.DefRange()
	}
	return hcl.Range{}
}

func (o outline) around(offset int) *hclsyntax.Block {
	for _, b := range o.body.Blocks {
		if b.Range().ContainsOffset(offset) {
			return b
		}
	}
	return nil
}
