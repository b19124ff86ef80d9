package lsp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
	"github.com/k8splan/k8splan/planner/target"
)

// hover explains the word under the cursor, with the plan's value for it.
func (s *server) hover(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return nil
	}
	at := d.offset(p.Position)
	begin, end := wordAround(d.text, at)
	if name, ok := d.keyword(at); ok { // var.x as a whole
		_, end = wordAround(d.text, name)
		if text := d.reading(&cursor{steps: []string{d.text[begin : name-1]}}, d.text[name:end]); text != "" {
			return hover{markup{"markdown", text}, d.span(begin, end)}
		}
		begin, end = wordAround(d.text, at)
	}
	if begin == end {
		return nil
	}
	c := find(d.text, end)
	word := d.text[begin:end]
	text := ""
	switch c.place {
	case naming:
		if slices.Equal(c.path, []string{"locals"}) {
			text = d.reading(&cursor{steps: []string{"local"}}, word)
		} else if block, ok := c.schema(); ok {
			blocks := spec.Schema
			if block != nil {
				if a, ok := block.Argument(word); ok {
					text = d.argument(&c, a)
				}
				blocks = block.Blocks
			}
			if b := row(blocks, word); text == "" && b != nil {
				text = d.blockHover(append(slices.Clone(c.path), word), "", b)
			}
		}
	case labeling:
		text = d.label(&c, fullText(d.text, c.begin))
	case valuing:
		if text = d.reading(&c, word); text != "" {
			break
		}
		if block, ok := c.schema(); ok && block != nil {
			if a, ok := block.Argument(c.head); ok {
				text = d.argument(&c, a)
			}
		}
	}
	if text == "" {
		return nil
	}
	return hover{markup{"markdown", text}, d.span(begin, end)}
}

// fullText returns a string from its beginning to its closing quote.
func fullText(text string, begin int) string {
	rest := text[begin:]
	if i := strings.IndexAny(rest, "\"\n"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// kindOf describes what an argument takes.
func kindOf(a *spec.Argument) string {
	if a.Required {
		return string(a.Type) + ", required"
	}
	return string(a.Type)
}

func argumentDoc(a *spec.Argument) string {
	text := fmt.Sprintf("**%s** (%s)\n\n%s", a.Name, kindOf(a), a.Doc)
	if len(a.Enum) > 0 {
		text += "\n\nOne of `" + strings.Join(a.Enum, "`, `") + "`."
	}
	if a.Example != "" {
		text += fmt.Sprintf("\n\n```hcl\n%s = %s\n```", a.Name, a.Example)
	}
	return text
}

func blockDoc(b *spec.Block) string {
	text := b.Doc
	if len(b.Labels) > 0 {
		text += "\n\nOne of `" + strings.Join(b.Labels, "`, `") + "`."
	}
	if b.Example != "" {
		text += "\n\n```hcl\n" + b.Example + "\n```"
	}
	return text
}

func ruleDoc(r *rule.Rule, page func(string) string) string {
	return fmt.Sprintf("**%s** (%s)\n\n%s\n\n%s\n\n[%s](%s)", r.Title, r.Severity, r.Doc, r.Fix, r.ID, page(r.ID))
}

func decisionDoc(d plan.Decision) string {
	text := d.Reason
	if d.Link != "" {
		text += fmt.Sprintf(" [Source](%s)", d.Link)
	}
	return text
}

// stale marks the value of an older version.
const stale = "\n\n*As of the last state of the file without an error.*"

// argument returns the documentation of an argument with its value: the one that is set, or the planner's.
func (d *document) argument(c *cursor, a *spec.Argument) string {
	text := argumentDoc(a)
	if v, ok := d.value(c, a.Name); ok {
		return text + "\n\nHere: `" + v + "`"
	}
	p, fresh := d.plan()
	if p == nil {
		return text
	}
	path := strings.Join(c.path, ".") + "." + a.Name
	for _, decision := range p.Decisions {
		if decision.Path == path || strings.HasPrefix(path, "node_pool.") && decision.Path == "node."+a.Name {
			text += fmt.Sprintf("\n\nDecided for you: `%s`. %s", decision.Value, decisionDoc(decision))
			if !fresh {
				text += stale
			}
			break
		}
	}
	return text
}

// value evaluates the expression of an argument in the cursor's block, if the value tells more than the source.
func (d *document) value(c *cursor, name string) (string, bool) {
	s := d.written()
	file := s.Files[d.filename()]
	if file == nil || s.Context == nil || secretive(s) {
		return "", false
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return "", false
	}
	for range len(c.path) {
		var inner *hclsyntax.Body
		for _, b := range body.Blocks {
			if b.OpenBraceRange.End.Byte <= c.begin && c.begin <= b.CloseBraceRange.Start.Byte {
				inner = b.Body
			}
		}
		if inner == nil {
			return "", false
		}
		body = inner
	}
	attr := body.Attributes[name]
	if attr == nil {
		return "", false
	}
	d.judge()
	if d.diags.HasErrors() { // an expression that was refused must not be evaluated
		return "", false
	}
	v, diags := attr.Expr.Value(s.Context)
	if diags.HasErrors() {
		return "", false
	}
	at, text := attr.Expr.Range(), show(v)
	if at.CanSliceBytes([]byte(d.text)) && bare(string(at.SliceBytes([]byte(d.text)))) == bare(text) {
		return "", false // a literal needs no explanation
	}
	return text, true
}

// bare returns a text without layout and quotes.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n,\"", r) {
			return -1
		}
		return r
	}, text)
}

// mostShown limits a displayed value, in bytes.
const mostShown = 300

// show formats a value as HCL, on one line, truncated if it is long.
func show(v cty.Value) string {
	v, marks := v.UnmarkDeep()
	text := ""
	switch t := v.Type(); {
	case len(marks) > 0:
		return "(sensitive)"
	case !v.IsKnown():
		return "(not known)"
	case v.IsNull():
		return "null"
	case t == cty.String:
		text = fmt.Sprintf("%q", v.AsString())
	case t == cty.Number:
		text = v.AsBigFloat().Text('f', -1)
	case t == cty.Bool:
		text = fmt.Sprint(v.True())
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		var parts []string
		for it, size := v.ElementIterator(), 0; it.Next() && size < mostShown; {
			_, e := it.Element()
			parts = append(parts, show(e))
			size += len(parts[len(parts)-1])
		}
		text = "[" + strings.Join(parts, ", ") + "]"
	case t.IsMapType() || t.IsObjectType():
		var parts []string
		for it, size := v.ElementIterator(), 0; it.Next() && size < mostShown; {
			key, e := it.Element()
			parts = append(parts, key.AsString()+" = "+show(e))
			size += len(parts[len(parts)-1])
		}
		text = "{ " + strings.Join(parts, ", ") + " }"
	default:
		return t.FriendlyName()
	}
	if len(text) > mostShown {
		text = strings.ToValidUTF8(text[:mostShown], "") + "…"
	}
	return strings.ReplaceAll(text, "`", "'")
}

// label explains a block's label: a rule, a target, a node, a pool, or a keyword.
func (d *document) label(c *cursor, label string) string {
	surrounding := spec.Schema
	if block, ok := c.schema(); !ok {
		return ""
	} else if block != nil {
		surrounding = block.Blocks
	}
	b := row(surrounding, c.head)
	if b == nil {
		return ""
	}
	switch b.Name {
	case "waive":
		for _, r := range d.options.Rules {
			if r.ID == label {
				return ruleDoc(r, d.options.RulePage)
			}
		}
		return ""
	case "target":
		if t, ok := planner.FindTarget(label); ok {
			return "**" + t.Facts.Title + "**\n\n" + targetDoc(t) + d.decisions([]string{"target"})
		}
		return ""
	}
	return d.blockHover(append(slices.Clone(c.path), c.head), label, b)
}

// targetDoc describes what a target emits and what its block takes.
func targetDoc(t target.Target) string {
	text := t.Facts.Emits
	if b := t.Schema(); len(b.Arguments)+len(b.Blocks) > 0 {
		text += "\n\nThe block takes:\n"
		for _, a := range b.Arguments {
			text += fmt.Sprintf("\n- `%s` (%s): %s", a.Name, kindOf(&a), a.Doc)
		}
		for _, inner := range b.Blocks {
			text += fmt.Sprintf("\n- `%s` (block): %s", inner.Name, inner.Doc)
		}
	}
	return text
}

// blockHover returns the documentation of a block, with the planner's decisions in it.
func (d *document) blockHover(path []string, label string, b *spec.Block) string {
	text := blockDoc(b)
	if label != "" {
		text = fmt.Sprintf("**%s %q**\n\n%s", b.Name, label, b.Doc)
	}
	p, fresh := d.plan()
	if p == nil {
		return text
	}
	more := ""
	switch {
	case b.Name == "node" && label != "":
		more = nodes(p, func(n *plan.Node) bool { return n.Pool == "" && n.Name == label })
	case b.Name == "node_pool" && label != "":
		more = nodes(p, func(n *plan.Node) bool { return n.Pool == label })
	case b.Name == "cluster":
		more = fmt.Sprintf("\n\nKubernetes %s · endpoint `%s` · %s · etcd: %d, of which %d may be lost", p.Cluster.Version,
			p.Cluster.Endpoint, spelling.Quantity(len(p.Nodes), "node", "nodes"), len(p.Etcd.Members), p.Etcd.FaultTolerance())
	}
	more += d.decisions(path)
	if more != "" && !fresh {
		more += stale
	}
	return text + more
}

// decisions lists the planner's decisions in a block.
func (d *document) decisions(path []string) string {
	p, _ := d.plan()
	if p == nil {
		return ""
	}
	prefix, text := strings.Join(path, "."), ""
	for _, decision := range p.Decisions {
		if decision.Path == prefix || strings.HasPrefix(decision.Path, prefix+".") {
			text += fmt.Sprintf("\n- `%s` = `%s`: %s", strings.TrimPrefix(decision.Path, prefix+"."), decision.Value, decisionDoc(decision))
		}
	}
	if text == "" {
		return ""
	}
	return "\n\nDecided for you:\n" + text
}

// nodes formats a table of the nodes that a block defines.
func nodes(p *plan.Plan, in func(*plan.Node) bool) string {
	var rows []string
	count := 0
	for _, n := range p.Nodes {
		if !in(n) {
			continue
		}
		if count++; len(rows) == mostRows {
			continue
		}
		address := "–"
		if n.Address.IsValid() {
			address = n.NodeIP()
		}
		var taints []string
		for _, t := range n.EffectiveTaints() {
			taints = append(taints, t.Key+":"+t.Effect)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", n.Name, n.Roles.Words(), address, n.Arch,
			or(n.FailureDomain), or(strings.Join(taints, ", "))))
	}
	if count == 0 {
		return ""
	}
	text := "\n\n| Node | Roles | Address | Arch | Failure domain | Taints |\n|---|---|---|---|---|---|\n" + strings.Join(rows, "\n")
	if count > len(rows) {
		text += fmt.Sprintf("\n\nand %d more", count-len(rows))
	}
	return text
}

// mostRows limits a table in a hover.
const mostRows = 12

func or(text string) string {
	if text == "" {
		return "–"
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

// declared is a variable or a local.
type declared struct {
	root, name, detail string
	at                 hcl.Range
}

// declarations returns the variables and locals of the file in order, as far as it parses.
func (d *document) declarations() []declared {
	s := d.written()
	file := s.Files[d.filename()]
	if file == nil {
		return nil
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	var out []declared
	for _, b := range body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			out = append(out, declared{"var", b.Labels[0], d.reads("var", b.Labels[0], s), b.LabelRanges[0]})
		case b.Type == "locals":
			var attrs []*hclsyntax.Attribute
			for _, a := range b.Body.Attributes {
				attrs = append(attrs, a)
			}
			slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
			for _, a := range attrs {
				out = append(out, declared{"local", a.Name, d.reads("local", a.Name, s), a.NameRange})
			}
		}
	}
	return out
}

// reads returns the value of var.name or local.name, "" if it is unknown.
func (d *document) reads(root, name string, s *spec.Spec) string {
	if s.Context == nil || secretive(s) {
		return ""
	}
	v, ok := s.Context.Variables[root]
	if !ok || !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
		return ""
	}
	return show(v.GetAttr(name))
}

// declaration returns where the name at the cursor (var.x, local.x) is declared, nil if it is no such name.
func (d *document) declaration(c cursor) *location {
	if found := d.declared(&c, c.word); found != nil {
		return &location{d.uri, d.span(found.at.Start.Byte, found.at.End.Byte)}
	}
	return nil
}

func (d *document) declared(c *cursor, word string) *declared {
	if len(c.steps) != 1 {
		return nil
	}
	for _, n := range d.declarations() {
		if n.root == c.steps[0] && n.name == word {
			return &n
		}
	}
	return nil
}

// reading explains var.x or local.x at the cursor.
func (d *document) reading(c *cursor, word string) string {
	n := d.declared(c, word)
	if n == nil {
		return ""
	}
	text := fmt.Sprintf("**%s.%s**", n.root, n.name)
	if n.detail != "" {
		text += " = `" + n.detail + "`"
	}
	return text
}
