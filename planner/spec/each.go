package spec

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// eachName is the name through which arguments of a block with for_each read each.key and each.value.
const eachName = "each"

// forEach returns the for_each of a block that supports it. A misspelled for_each is also found, and reported.
func (l *loader) forEach(s *shape, block *hclsyntax.Block) (*hclsyntax.Attribute, bool) {
	row, knows := s.arguments["for_each"]
	if !knows {
		return nil, false
	}
	if attr := block.Body.Attributes[row.Name]; attr != nil {
		return attr, true
	}
	for _, attr := range inOrder(block.Body.Attributes) {
		if _, ok := s.arguments[attr.Name]; ok {
			continue
		}
		if detail, meant := l.strayArgument(s, attr); meant == row.Name {
			l.add(unknownArgument, attr.NameRange, detail)
			return attr, true
		}
	}
	return nil, false
}

// instances decodes a block with for_each once per element. The element's key replaces the label, so a machine keeps its identity as long
// as its key stays the same, whatever its position.
func (l *loader) instances(s *shape, block *hclsyntax.Block, attr *hclsyntax.Attribute, parent reflect.Value) {
	good := l.checkLabels(s, block)
	elements, ok := l.elements(attr)
	body := *block.Body
	body.Attributes = maps.Clone(body.Attributes)
	delete(body.Attributes, attr.Name)
	if !ok || !good { // the block's result is unknown: one instance represents all, so that nothing else reports them as missing
		one := *block
		one.Body = &body
		said := l.diags
		l.block(s, &one, parent)
		l.diags = said
		l.strays = append(l.strays, hcl.RangeBetween(block.TypeRange, block.CloseBraceRange))
		return
	}
	l.each = true
	l.prepareBody(&body)
	l.each = false
	ctx, prepared, from := l.ctx, l.prepared, len(l.diags)
	defer func() { l.ctx, l.prepared = ctx, prepared }()
	l.prepared = true
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		l.ctx = ctx.NewChild()
		l.ctx.Variables = map[string]cty.Value{
			eachName: cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(key), "value": elements[key]}),
		}
		begin := len(l.diags)
		entity := reflect.New(s.entity)
		source := newSource(block.DefRange(), len(body.Attributes))
		entity.Elem().FieldByIndex(s.source).Set(reflect.ValueOf(source))
		entity.Elem().FieldByIndex(s.label).SetString(key)
		entity.Elem().FieldByIndex(s.labels).Set(reflect.ValueOf(block.LabelRanges[0]))
		l.body(s, &body, entity.Elem(), source)
		for _, d := range l.diags[begin:] {
			d.Detail += fmt.Sprintf(" (Here each.key is %q.)", spelling.Excerpt(key))
		}
		field := parent.FieldByIndex(s.field)
		field.Set(reflect.Append(field, entity))
	}
	l.diags = append(l.diags[:from], oncePerPlace(l.diags[from:])...)
}

// oncePerPlace keeps the first diagnostic per rule and place, because an error in the block repeats for each of its machines.
func oncePerPlace(diags hcl.Diagnostics) hcl.Diagnostics {
	type place struct {
		id string
		at hcl.Range
	}
	said := map[place]bool{}
	return slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool {
		if d.Subject == nil {
			return false
		}
		p := place{rule.ID(d), *d.Subject}
		known := said[p]
		said[p] = true
		return known
	})
}

// checkEach checks a reference to each.key or each.value.
func (l *loader) checkEach(t hcl.Traversal) bool {
	switch id, _ := member(t); {
	case !l.each:
		l.add(unknownName, t.SourceRange(), "each exists only in a block with for_each. Write for_each there, or the value itself.")
	case id != "key" && id != "value":
		l.add(unknownName, t.SourceRange(), "each has a key and a value. Write each.key or each.value.")
	default:
		return true
	}
	return false
}

// elements evaluates for_each: a map or object by its keys, a set of strings by its elements.
func (l *loader) elements(attr *hclsyntax.Attribute) (map[string]cty.Value, bool) {
	at := attr.Expr.Range()
	secret := l.secretly(attr.Expr)
	v, ok := l.evaluate(attr.Expr, l.ctx)
	if !ok {
		return nil, false
	}
	const what = "for_each takes a map, whose keys are the names: { for h in csvdecode(file(\"hosts.csv\")) : h.name => h }."
	switch {
	case secret:
		l.add(invalidForEach, at, "for_each uses a sensitive variable, and its keys become names that everyone can see. Use a map that "+
			"is not sensitive, and write the variable in the argument that needs it.")
		return nil, false
	case v.IsNull():
		l.add(invalidForEach, at, "for_each is null. "+what)
		return nil, false
	case !v.CanIterateElements():
		l.add(invalidForEach, at, fmt.Sprintf("for_each is %s, which has no keys to name machines by. %s", kindOf(v), what))
		return nil, false
	case v.Type().IsListType() || v.Type().IsTupleType():
		l.add(invalidForEach, at, fmt.Sprintf("for_each is %s, which has no keys to name machines by. When an element is removed, the "+
			"positions of the others change, and so would their machines. %s", kindOf(v), what))
		return nil, false
	case v.Type().IsSetType() && v.Type().ElementType() != cty.String:
		l.add(invalidForEach, at, "for_each is a set of something other than strings. "+what)
		return nil, false
	}
	elements := map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if key, _ = key.Unmark(); key.IsNull() || !key.IsKnown() {
			l.add(invalidForEach, at, "A key of for_each is null. "+what)
			return nil, false
		}
		elements[key.AsString()] = value
	}
	return elements, true
}

// kindOf describes the kind of value that an author gave to for_each.
func kindOf(v cty.Value) string {
	switch ty := v.Type(); {
	case ty.IsListType(), ty.IsTupleType():
		return "a list"
	case ty == cty.String:
		return "a string"
	case ty == cty.Number:
		return "a number"
	case ty == cty.Bool:
		return "a boolean"
	}
	return "a value of another type"
}

// twice adds details to an error about a duplicate key in a for expression: the key, and if the elements are rows of a CSV file, their
// lines.
func (l *loader) twice(expr hclsyntax.Expression, ctx *hcl.EvalContext, diags hcl.Diagnostics) {
	for _, d := range diags {
		if d.Summary != "Duplicate object key" || d.Subject == nil {
			continue
		}
		_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
			if e, ok := node.(*hclsyntax.ForExpr); ok && e.KeyExpr != nil && e.KeyExpr.Range() == *d.Subject {
				if detail := l.duplicate(e, ctx); detail != "" {
					d.Detail = detail
				}
			}
			return nil
		})
	}
}

// duplicate returns the first duplicate key; "" if the expression cannot be evaluated on its own.
func (l *loader) duplicate(e *hclsyntax.ForExpr, ctx *hcl.EvalContext) string {
	of, diags := safely(e.CollExpr, ctx)
	if of, _ = of.Unmark(); diags.HasErrors() || !of.CanIterateElements() {
		return ""
	}
	seen, n := map[string]int{}, 0
	for it := of.ElementIterator(); it.Next(); n++ {
		key, value := it.Element()
		inner := ctx.NewChild()
		inner.Variables = map[string]cty.Value{e.ValVar: value}
		if e.KeyVar != "" {
			inner.Variables[e.KeyVar] = key
		}
		name, diags := safely(e.KeyExpr, inner)
		if name, _ = name.Unmark(); diags.HasErrors() || !name.IsKnown() || name.IsNull() || name.Type() != cty.String {
			return ""
		}
		text := name.AsString()
		first, known := seen[text]
		if !known {
			seen[text] = n
			continue
		}
		if file, lines := l.rows(e.CollExpr, ctx); n < len(lines) {
			return fmt.Sprintf("The key %q appears twice: on line %d of %s, and on line %d. Each machine has one row: correct the wrong "+
				"row, or remove it.", spelling.Excerpt(text), lines[first], file, lines[n])
		}
		return fmt.Sprintf("The key %q appears twice: elements %d and %d of the list have it. Correct one of "+
			"them.", spelling.Excerpt(text), first+1,
			n+1)
	}
	return ""
}

// rows returns the lines on which the records of a CSV text start, if the expression decodes one, and the name of the text.
func (l *loader) rows(expr hcl.Expression, ctx *hcl.EvalContext) (file string, lines []int) {
	expr = l.behind(expr)
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "csvdecode" || len(call.Args) != 1 {
		return "", nil
	}
	text, diags := safely(call.Args[0], ctx)
	if text, _ = text.Unmark(); diags.HasErrors() || text.Type() != cty.String || !text.IsKnown() || text.IsNull() {
		return "", nil
	}
	file = "the CSV text"
	if from, ok := l.behind(call.Args[0]).(*hclsyntax.FunctionCallExpr); ok && from.Name == "file" && len(from.Args) == 1 {
		if name, diags := safely(from.Args[0], ctx); !diags.HasErrors() && name.Type() == cty.String && name.IsKnown() && !name.IsMarked() {
			file = name.AsString()
		}
	}
	reader := csv.NewReader(strings.NewReader(text.AsString()))
	for {
		if _, err := reader.Read(); err != nil {
			if err != io.EOF || len(lines) == 0 {
				return "", nil
			}
			return file, lines[1:] // after the header row
		}
		line, _ := reader.FieldPos(0)
		lines = append(lines, line)
	}
}

// behind follows locals to the expression they stand for, or returns the expression itself.
func (l *loader) behind(expr hcl.Expression) hcl.Expression {
	for seen := map[string]bool{}; ; {
		expr = unwrapped(expr)
		read, ok := expr.(*hclsyntax.ScopeTraversalExpr)
		if !ok || len(read.Traversal) != 2 || read.Traversal.RootName() != "local" {
			return expr
		}
		id, _ := member(read.Traversal)
		local := l.names.locals[id]
		if local == nil || local.expr == nil || seen[id] {
			return expr
		}
		expr, seen[id] = local.expr, true
	}
}

// unwrapped strips the charging wrappers and parentheses from an expression.
func unwrapped(expr hcl.Expression) hcl.Expression {
	for {
		switch e := expr.(type) {
		case *charged:
			expr = e.Expression
		case *uniform:
			expr = e.Expression
		case *hclsyntax.ParenthesesExpr:
			expr = e.Expression
		default:
			return expr
		}
	}
}
