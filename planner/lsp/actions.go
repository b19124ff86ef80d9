package lsp

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// mostTried limits the proposals that one request tries: each runs the whole pipeline.
const mostTried = 12

// quickFix is the kind of code actions that fix a finding.
const quickFix = "quickfix"

// proposal is one way to apply a finding's advice.
type proposal struct {
	title string
	edits []replacement
}

// actions returns fixes for the findings at a position. A proposal is tried on a copy of the file, and offered only if it removes the
// finding and adds no new one.
func (s *server) actions(p *documentParams) any {
	d := s.document(p)
	out := []codeAction{}
	if d == nil || len(p.Context.Only) > 0 && !slices.ContainsFunc(p.Context.Only, func(kind string) bool {
		return kind == "" || kind == quickFix
	}) {
		return out
	}
	tried := 0
	shown := d.diagnostics()
	for i, from := range d.diags {
		where := shown[i]
		if before(p.Range.End, where.Range.Start) || before(where.Range.End, p.Range.Start) {
			continue
		}
		preferred := true
		for _, one := range d.proposals(from) {
			if tried++; tried > mostTried {
				break
			}
			text := d.laidOut(replaced(d.text, one.edits))
			if text == d.text || !d.corrected(from, text) {
				continue
			}
			out = append(out, d.action(one.title, where, text, preferred))
			preferred = false
		}
		if waiver, ok := d.waiver(from); ok {
			out = append(out, d.action(waiver.title, where, replaced(d.text, waiver.edits), false))
		}
	}
	return out
}

func (d *document) action(title string, of diagnostic, text string, preferred bool) codeAction {
	return codeAction{Title: title, Kind: quickFix, Diagnostics: []diagnostic{of}, IsPreferred: preferred,
		Edit: workspaceEdit{map[string][]textEdit{d.uri: d.edits(text)}}}
}

// corrected reports whether a text no longer has a finding, and has no other that the file did not have.
func (d *document) corrected(from *hcl.Diagnostic, text string) bool {
	after := newDocument(d.uri, d.version, text, d.options, &past{})
	after.beside = d.beside
	after.judge()
	count := func(all hcl.Diagnostics) map[string]int {
		n := map[string]int{}
		for _, one := range all {
			if _, waived := rule.WaiverReason(one); !waived {
				n[rule.ID(one)]++
			}
		}
		return n
	}
	had, has := count(d.diags), count(after.diags)
	if has[rule.ID(from)] >= had[rule.ID(from)] {
		return false
	}
	if d.diags.HasErrors() && from.Severity != hcl.DiagError || !d.diags.HasErrors() {
		for id, n := range has {
			if n > had[id] {
				return false
			}
		}
		return true
	}
	// The error may have hidden other findings: one counts only if it is about the new text.
	for _, edit := range d.edits(text) {
		end := edit.Range.Start.Line + strings.Count(edit.NewText, "\n")
		for _, one := range after.diags {
			if line := after.place(one).Start.Line; had[rule.ID(one)] == 0 && edit.Range.Start.Line <= line && line <= end &&
				one.Severity == hcl.DiagError {
				return false
			}
		}
	}
	return true
}

// waiver demotes the findings of a rule to notes. The user must write the reason: a waiver without one is a finding itself.
func (d *document) waiver(from *hcl.Diagnostic) (proposal, bool) {
	if _, waived := rule.WaiverReason(from); waived || d.tree() == nil {
		return proposal{}, false
	}
	id := rule.ID(from)
	at := slices.IndexFunc(d.options.Rules, func(r *rule.Rule) bool { return r.ID == id })
	if at < 0 || d.options.Rules[at].Permanent {
		return proposal{}, false
	}
	for _, b := range d.tree().Blocks {
		if b.Type == "waive" && len(b.Labels) == 1 && b.Labels[0] == id {
			return proposal{}, false
		}
	}
	block := fmt.Sprintf("waive %q {\n  reason = \"\"\n}", id)
	return proposal{fmt.Sprintf("Waive %s, with a reason that you write", id), []replacement{atEnd(d.text, block)}}, true
}

// The words with which details introduce what to write.
var (
	writeArgument = regexp.MustCompile(`\b(?:[Ww]rite|or|and|such as|for instance|Add:)\s+([a-z][a-z0-9_]*) = `)
	writeBlock    = regexp.MustCompile(`\b(?:[Ww]rite|or|Add) ([a-z][a-z_]*(?: "[^"…]+")? \{)`)
	writeValue    = regexp.MustCompile(`\b(?:Write|Use|such as|or|Did you mean) ("[^"…]+"|[0-9][0-9a-fA-F.:/]*[0-9a-fA-F])`)
	writeName     = regexp.MustCompile(`\bWrite ([a-z][a-z0-9_]*), or run `)
	freeAddress   = regexp.MustCompile(`(?:^|\s)([0-9a-f]+[.:][0-9a-f.:/]*[0-9a-f:]) is free\.`)
	writeFile     = regexp.MustCompile(`(?s)(?:Write|Add|.*).*?:\n\n(.+)$`)
	inNamed       = regexp.MustCompile(`^ in (?:the block )?([a-z_]+)`)
	takeOut       = regexp.MustCompile(`\b(?:[Rr]emove (?:it|the (?:flag|label|block|waiver|field|argument|name)))\b`)
)

// proposals parses a finding's advice.
func (d *document) proposals(from *hcl.Diagnostic) []proposal {
	detail, at := from.Detail, from.Subject
	if at == nil || at.Filename != d.filename() || !at.CanSliceBytes([]byte(d.text)) {
		return nil
	}
	var out []proposal
	for _, m := range writeArgument.FindAllStringSubmatchIndex(detail, -1) {
		if value, rest, ok := literal(detail[m[1]:]); ok {
			in := ""
			if n := inNamed.FindStringSubmatch(rest); n != nil {
				in = n[1]
			}
			out = append(out, d.assign(at.Start.Byte, in, detail[m[2]:m[3]], value)...)
		}
	}
	for _, m := range writeBlock.FindAllStringSubmatchIndex(detail, -1) {
		if part, _, ok := fragmentOf(detail[m[2]:]); ok {
			out = append(out, d.blockProposal(at.Start.Byte, part)...)
		}
	}
	written := string(at.SliceBytes([]byte(d.text)))
	for _, pattern := range []*regexp.Regexp{writeValue, freeAddress, writeName} {
		for _, m := range pattern.FindAllStringSubmatch(detail, -1) {
			if value, ok := inPlaceOf(written, m[1]); ok {
				out = append(out, proposal{"Write " + value, []replacement{{at.Start.Byte, at.End.Byte, value}}})
			}
		}
	}
	if m := writeFile.FindStringSubmatch(detail); m != nil && len(out) == 0 {
		if _, diags := hclsyntax.ParseConfig([]byte(m[1]), "", hcl.InitialPos); !diags.HasErrors() {
			first, _, _ := strings.Cut(m[1], " {")
			out = append(out, proposal{"Add " + first, []replacement{atEnd(d.text, strings.TrimSpace(m[1]))}})
		}
	}
	if takeOut.MatchString(detail) {
		out = append(out, d.removal(at)...)
	}
	return out
}

// inPlaceOf formats a proposed value like the value that it replaces: quoted or bare.
func inPlaceOf(written, value string) (string, bool) {
	bare, err := strconv.Unquote(value)
	if err != nil {
		bare = value
	}
	switch {
	case written == "":
		return "", false
	case written[0] == '"':
		return strconv.Quote(bare), true
	case strings.Trim(written, "0123456789") == "" && strings.Trim(bare, "0123456789") == "":
		return bare, true
	case hclsyntax.ValidIdentifier(written) && hclsyntax.ValidIdentifier(bare):
		return bare, true
	case hclsyntax.ValidIdentifier(written) || strings.Trim(written, "0123456789.") == "":
		return strconv.Quote(bare), true
	}
	return "", false
}

// assign sets an argument: in the block of a type if one is named, else in the innermost enclosing block that takes it.
func (d *document) assign(at int, in, name, value string) []proposal {
	body := d.tree()
	if body == nil {
		return nil
	}
	if in != "" {
		return d.blockProposal(at, fragment{typ: in, items: []fragment{{typ: name, value: value}}})
	}
	path := around(body, at)
	for n := len(path); n > 0; n-- {
		of := rowOf(path[:n])
		if of == nil {
			continue
		}
		if _, ok := of.Argument(name); !ok {
			continue
		}
		return []proposal{{fmt.Sprintf("Write %s = %s", name, value), []replacement{d.set(path[n-1], name, value)}}}
	}
	return nil
}

// set sets the value of a block's argument.
func (d *document) set(b *hclsyntax.Block, name, value string) replacement {
	if attr := b.Body.Attributes[name]; attr != nil {
		return replacement{attr.Expr.Range().Start.Byte, attr.Expr.Range().End.Byte, value}
	}
	return inBlock(d.text, b, name+" = "+value)
}

// blockProposal adds a block: into the existing one of its type, else where the language permits it.
func (d *document) blockProposal(at int, part fragment) []proposal {
	body := d.tree()
	if body == nil {
		return nil
	}
	title := "Write " + part.String()
	path := around(body, at)
	for n := len(path); n >= 0; n-- { // the innermost enclosing block that takes it
		of := rowOf(path[:n])
		if of == nil || row(of.Blocks, part.typ) == nil {
			continue
		}
		if n == 0 {
			return []proposal{{title, d.merged(nil, body, part)}}
		}
		return []proposal{{title, d.merged(path[n-1], path[n-1].Body, part)}}
	}
	for _, outer := range spec.Schema { // a block inside another top-level block
		if row(outer.Blocks, part.typ) != nil && !outer.Many {
			return []proposal{{title, d.merged(nil, body, fragment{typ: outer.Name, items: []fragment{part}})}}
		}
	}
	return nil
}

// merged adds a block to a body: b is the block of the body, nil for the file.
func (d *document) merged(b *hclsyntax.Block, body *hclsyntax.Body, part fragment) []replacement {
	for _, have := range body.Blocks {
		if have.Type != part.typ {
			continue
		}
		var edits []replacement
		if part.label != "" && len(have.Labels) == 1 && have.Labels[0] != part.label {
			edits = append(edits, replacement{have.LabelRanges[0].Start.Byte, have.LabelRanges[0].End.Byte, strconv.Quote(part.label)})
		}
		fresh := ""
		for _, item := range part.items {
			switch {
			case item.value != "" && have.Body.Attributes[item.typ] != nil:
				edits = append(edits, d.set(have, item.typ, item.value))
			case item.value != "" || !slices.ContainsFunc(have.Body.Blocks, func(o *hclsyntax.Block) bool { return o.Type == item.typ }):
				fresh += "\n" + item.lines()
			default:
				edits = append(edits, d.merged(have, have.Body, item)...)
			}
		}
		if fresh != "" {
			edits = append(edits, inBlock(d.text, have, fresh[1:]))
		}
		return edits
	}
	if b == nil {
		return []replacement{atEnd(d.text, part.lines())}
	}
	return []replacement{inBlock(d.text, b, part.lines())}
}

// removal removes what the finding points at: a map entry, an argument, or a block.
func (d *document) removal(at *hcl.Range) []proposal {
	body := d.tree()
	if body == nil {
		return nil
	}
	begin, end := at.Start.Byte, at.End.Byte
	var out []proposal
	add := func(what string, from, to int) {
		out = append(out, proposal{"Remove " + what, []replacement{withoutLines(d.text, from, to)}})
	}
	path := around(body, begin)
	inner := body
	if len(path) > 0 {
		inner = path[len(path)-1].Body
	}
	for name, attr := range inner.Attributes {
		if attr.SrcRange.Start.Byte > begin || end > attr.SrcRange.End.Byte {
			continue
		}
		if object, ok := attr.Expr.(*hclsyntax.ObjectConsExpr); ok && begin >= attr.Expr.Range().Start.Byte {
			for _, item := range object.Items {
				if from, to := item.KeyExpr.Range().Start.Byte, item.ValueExpr.Range().End.Byte; from <= begin && end <= to {
					if strings.HasPrefix(strings.TrimLeft(d.text[to:], " \t"), ",") {
						to += strings.Index(d.text[to:], ",") + 1
					}
					add(d.text[item.KeyExpr.Range().Start.Byte:item.KeyExpr.Range().End.Byte], from, to)
				}
			}
			if begin > attr.Expr.Range().Start.Byte {
				continue // an entry, not the map
			}
		}
		add(name, attr.SrcRange.Start.Byte, attr.SrcRange.End.Byte)
	}
	if len(path) > 0 && len(out) == 0 {
		last := path[len(path)-1]
		if end <= last.OpenBraceRange.End.Byte {
			add(header(last), last.TypeRange.Start.Byte, last.CloseBraceRange.End.Byte)
		}
	}
	return out
}

// header returns the beginning of a block: its type and its labels.
func header(b *hclsyntax.Block) string {
	text := b.Type
	for _, label := range b.Labels {
		text += " " + strconv.Quote(label)
	}
	return text
}
