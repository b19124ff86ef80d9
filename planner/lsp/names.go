package lsp

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// named is a variable, a local, or a pool. Its root is "var", "local", or "node_pool".
type named struct {
	root, name string
}

// occurrence is a place where a name is written, without its quotes. suffix is what follows the pool's name in a machine's name.
type occurrence struct {
	begin, end  int
	declaration bool
	suffix      string
}

// occurrences returns all places of the named thing at an offset; nil if there is none, or the file does not parse.
func (d *document) occurrences(offset int) (named, []occurrence) {
	body := d.tree()
	if body == nil {
		return named{}, nil
	}
	for thing, places := range d.places(body) {
		for _, o := range places {
			if o.begin <= offset && offset <= o.end {
				slices.SortFunc(places, func(a, b occurrence) int { return a.begin - b.begin })
				return thing, places
			}
		}
	}
	return named{}, nil
}

// places finds every place at which the file writes the name of a variable, a local, or a pool.
func (d *document) places(body *hclsyntax.Body) map[named][]occurrence {
	found := map[named][]occurrence{}
	add := func(root, name string, at hcl.Range, declaration bool, suffix string) {
		o := occurrence{at.Start.Byte, at.End.Byte, declaration, suffix}
		if written := string(at.SliceBytes([]byte(d.text))); len(written) > 1 && written[0] == '"' {
			o.begin, o.end = o.begin+1, o.end-1
		}
		if d.text[o.begin:o.end] == name+suffix { // not a name written with escapes
			found[named{root, name}] = append(found[named{root, name}], o)
		}
	}
	machines := map[string]string{} // pools of the machines named after them
	for _, b := range body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			add("var", b.Labels[0], b.LabelRanges[0], true, "")
		case b.Type == "locals":
			for _, a := range b.Body.Attributes {
				add("local", a.Name, a.NameRange, true, "")
			}
		case b.Type == "node_pool" && len(b.Labels) == 1:
			add("node_pool", b.Labels[0], b.LabelRanges[0], true, "")
			if p, _ := d.plan(); p != nil {
				namesakes(p, b.Labels[0], machines)
			}
		}
	}
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		switch n := node.(type) {
		case *hclsyntax.Attribute:
			for _, t := range hclsyntax.Variables(n.Expr) {
				if name, at, ok := read(t); ok {
					add(t.RootName(), name, at, false, "")
				}
			}
		case *hclsyntax.TemplateExpr:
			if text, ok := n.Value(nil); !ok.HasErrors() && text.Type() == cty.String && text.IsKnown() && !text.IsNull() {
				name := text.AsString()
				if pool, ok := machines[name]; ok {
					add("node_pool", pool, n.SrcRange, false, name[len(pool):])
				}
			}
		}
		return nil
	})
	return found
}

// namesakes adds the machines of a pool whose names begin with the pool's name.
func namesakes(p *plan.Plan, pool string, machines map[string]string) {
	for _, n := range p.Nodes {
		if n.Pool != pool || len(n.Name) < len(pool)+2 || n.Name[:len(pool)+1] != pool+"-" {
			continue
		}
		if _, err := strconv.Atoi(n.Name[len(pool)+1:]); err == nil {
			machines[n.Name] = pool
		}
	}
}

// read returns the variable or local that an expression reads, and where its name is written.
func read(t hcl.Traversal) (name string, at hcl.Range, ok bool) {
	if len(t) < 2 || t.RootName() != "var" && t.RootName() != "local" {
		return "", at, false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		at = step.SrcRange
		at.Start.Byte = at.End.Byte - len(step.Name) // after the dot
		return step.Name, at, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && len(step.SrcRange.Filename) > 0 {
			at = step.SrcRange
			at.Start.Byte, at.End.Byte = at.Start.Byte+1, at.End.Byte-1 // inside the brackets
			return step.Key.AsString(), at, at.Start.Byte < at.End.Byte
		}
	}
	return "", at, false
}

// keyword reports whether the word at an offset is the var of var.x or the local of local.x, and where its x begins.
func (d *document) keyword(at int) (name int, ok bool) {
	begin, end := wordAround(d.text, at)
	word := d.text[begin:end]
	if word != "var" && word != "local" || end == len(d.text) || d.text[end] != '.' || begin > 0 && d.text[begin-1] == '.' {
		return at, false
	}
	from, to := wordAround(d.text, end+1)
	return from, from < to
}

// references returns the places where the name at the cursor is written.
func (s *server) references(p *documentParams) any {
	out := []location{}
	d := s.document(p)
	if d == nil {
		return out
	}
	at := d.offset(p.Position)
	if name, ok := d.keyword(at); ok {
		at = name
	}
	_, places := d.occurrences(at)
	for _, o := range places {
		if !o.declaration || p.Context.IncludeDeclaration {
			out = append(out, location{d.uri, d.span(o.begin, o.end)})
		}
	}
	return out
}

// prepareRename returns the name at the cursor if it can be renamed.
func (s *server) prepareRename(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return nil
	}
	at := d.offset(p.Position)
	_, places := d.occurrences(at)
	for _, o := range places {
		if o.begin <= at && at <= o.end {
			return d.span(o.begin, o.end-len(o.suffix))
		}
	}
	return nil
}

// requestFailed is LSP's code for a valid request that cannot be carried out.
const requestFailed = -32803

func refused(format string, args ...any) error {
	return &failure{requestFailed, fmt.Sprintf(format, args...)}
}

// rename renames a variable, a local, or a pool everywhere. Machines named after a pool are renamed too.
func (s *server) rename(p *documentParams) any {
	d := s.document(p)
	if d == nil {
		return refused("the file is not open")
	}
	d.judge()
	body := d.tree()
	if body == nil || slices.ContainsFunc(d.diags, syntactic) {
		return refused("the file has a syntax error: correct it, then rename")
	}
	at := d.offset(p.Position)
	if name, ok := d.keyword(at); ok {
		begin, end := wordAround(d.text, name)
		return refused("this word cannot change: rename %s, after the dot", d.text[begin:end])
	}
	thing, places := d.occurrences(at)
	if len(places) == 0 {
		return refused("there is no variable, local, or pool here")
	}
	if !places[slices.IndexFunc(places, func(o occurrence) bool { return o.declaration || o == places[len(places)-1] })].declaration {
		return refused("%s.%s is not defined in this file", thing.root, thing.name)
	}
	if p.NewName == thing.name {
		return workspaceEdit{map[string][]textEdit{}}
	}
	if !hclsyntax.ValidIdentifier(p.NewName) || thing.root == "node_pool" && !poolName(p.NewName) {
		return refused("%q cannot be a name here", p.NewName)
	}
	if _, taken := d.places(body)[named{thing.root, p.NewName}]; taken {
		return refused("another %s is already named %q", kinds[thing.root], p.NewName)
	}
	var edits []textEdit
	for _, o := range places {
		edits = append(edits, textEdit{d.span(o.begin, o.end-len(o.suffix)), p.NewName})
	}
	return workspaceEdit{map[string][]textEdit{d.uri: edits}}
}

// kinds names what a root stands for.
var kinds = map[string]string{"var": "variable", "local": "local", "node_pool": "pool"}

// syntactic reports whether a finding comes from the parser: the parsed part of the file may lack names.
func syntactic(d *hcl.Diagnostic) bool { return rule.ID(d) == "syntax-error" }

// poolName reports whether machine names can begin with a name.
func poolName(name string) bool {
	for i, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-' && i < len(name)-1)) {
			return false
		}
	}
	return name != "" && len(name) < 60
}
