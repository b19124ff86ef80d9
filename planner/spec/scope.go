package spec

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// names is what expressions can read: the declared variables and locals, in file order.
type names struct {
	variables, locals         map[string]*name
	variableNames, localNames []string
}

// name is one variable or local.
type name struct {
	at    hcl.Range // of the name itself
	value cty.Value // DynamicVal if it could not be evaluated: expressions that read it report nothing
	used  bool
	// secret reports whether the value must not be shown, because it comes from a sensitive variable.
	secret bool
	expr   hclsyntax.Expression // of a local
	needs  []string             // of a local: the locals that it reads
}

// maxNames limits the variables and locals of a file: a name costs much more than its text.
const maxNames = 10_000

// scope declares and evaluates variables and locals, and stores the context of all other expressions in l.ctx. It gives up if there are too
// many of them.
func (l *loader) scope(body *hclsyntax.Body, vars map[string]cty.Value) bool {
	if at, many := l.tooMany(body); many {
		l.add(tooComplex, at, fmt.Sprintf("At this point, the file declares more than %d variables and locals. Write lists and maps "+
			"instead of many names.", maxNames))
		return false
	}
	l.names = names{variables: map[string]*name{}, locals: map[string]*name{}}
	given := maps.Clone(vars)
	for _, block := range body.Blocks {
		switch block.Type {
		case "variable":
			l.variable(block, given)
		case "locals":
			l.declareLocals(block)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(given)) {
		if _, ok := l.names.variables[k]; ok {
			continue
		}
		detail := fmt.Sprintf("A value was given for the variable %q, which %s does not declare.", k, l.filename)
		if s := l.near(k, l.names.variableNames); s != "" {
			detail += fmt.Sprintf(" Did you mean %q?", s)
		} else {
			detail += fmt.Sprintf(" Declare it with variable %q {}, or leave the value out.", k)
		}
		d := undeclaredVariable.Diagnostic(l.start(), detail)
		d.Subject = nil // it is on the command line or in another file
		l.diags = append(l.diags, d)
	}

	values := map[string]cty.Value{}
	for k, v := range l.names.variables {
		values[k] = v.value
	}
	l.ctx = &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(values)}, Functions: l.work.functions()}
	l.evaluateLocals()
	return true
}

// tooMany finds the name at which a file exceeds maxNames.
func (l *loader) tooMany(body *hclsyntax.Body) (at hcl.Range, many bool) {
	names := 0
	for _, block := range body.Blocks {
		switch block.Type {
		case "variable":
			names++
			at = block.TypeRange
		case "locals":
			if names += len(block.Body.Attributes); names > maxNames {
				at = inOrder(block.Body.Attributes)[len(block.Body.Attributes)-(names-maxNames)].NameRange
			}
		}
		if names > maxNames {
			return at, true
		}
	}
	return at, false
}

// variable declares one variable and decides its value.
func (l *loader) variable(block *hclsyntax.Block, given map[string]cty.Value) {
	if len(block.Labels) != 1 {
		return // reported by decode
	}
	id, at := block.Labels[0], block.LabelRanges[0]
	if !hclsyntax.ValidIdentifier(id) {
		if id != "" {
			l.add(invalidVariable, at, fmt.Sprintf("%q cannot be used as var.<name>. A name consists of letters, digits, _, and -, and "+
				"begins with a letter or _.", id))
		}
		return
	}
	if first, ok := l.names.variables[id]; ok {
		l.add(duplicateName, at, fmt.Sprintf("The variable %q is already declared on line %d. Rename one of the two.", id,
			first.at.Start.Line))
		first.value = cty.DynamicVal // the other one may be intended
		return
	}
	v := &name{at: at, value: cty.DynamicVal}
	l.names.variables[id] = v
	l.names.variableNames = append(l.names.variableNames, id)
	if attr, ok := block.Body.Attributes["sensitive"]; ok {
		if told, plain := literal(attr.Expr); !plain || told.Type() != cty.Bool || told.IsNull() || told.True() {
			v.secret = true
			if l.secrets == nil {
				l.secrets = newSecrets()
			}
			l.secrets.keep(given[id])
			defer func() { l.secrets.keep(v.value) }()
		}
	}

	constraint := cty.DynamicPseudoType
	var optional *typeexpr.Defaults
	if attr, ok := block.Body.Attributes["type"]; ok {
		ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(attr.Expr)
		if diags.HasErrors() {
			if v, ok := literal(attr.Expr); ok && v.Type() == cty.String && !v.IsNull() {
				l.add(invalidVariable, attr.Expr.Range(), fmt.Sprintf("A type has no quotes: type = %s.", v.AsString()))
				return
			}
			detail := fmt.Sprintf("%s. Write string, number, bool, any, list(string), map(string), or object({ … }), without quotes.",
				strings.TrimSuffix(diags[0].Detail, "."))
			l.add(invalidVariable, attr.Expr.Range(), detail)
			return
		}
		constraint, optional = ty, defaults
	}

	fallback := cty.NilVal
	if attr, ok := block.Body.Attributes["default"]; ok {
		value, ok := l.evaluate(attr.Expr, nil)
		if !ok {
			return
		}
		if !value.IsNull() { // null counts as not written
			if fallback, ok = l.fit(value, constraint, optional); !ok {
				l.add(wrongType, attr.Expr.Range(), fmt.Sprintf("The default of %q is %s, and its type is %s. %s", id, describe(value),
					typeexpr.TypeString(constraint), fitHint(value, constraint)))
				return
			}
		}
	}
	if value, ok := given[id]; ok && value != cty.NilVal && !value.IsNull() {
		value, _ = value.UnmarkDeep() // later stages do not handle marks
		want := constraint
		if _, typed := block.Body.Attributes["type"]; !typed && fallback != cty.NilVal {
			want = like(fallback.Type())
		}
		if v.value, ok = l.read(value, want, optional); !ok {
			v.value = cty.DynamicVal
			l.add(wrongType, block.DefRange(), fmt.Sprintf("The value of %q from -var or -var-file is %s, and %s is required. %s", id,
				describe(value), typeName(want), fitHint(value, want)))
		}
		return
	}
	if fallback == cty.NilVal {
		lacks := "has no default"
		if block.Body.Attributes["default"] != nil {
			lacks = "has the default null, which counts as none,"
		}
		l.add(variableWithoutValue, block.DefRange(),
			fmt.Sprintf("The variable %q %s and was given no value. Give one with -var %s=… or "+
				"in a -var-file, or write a default into its block.", id, lacks, id))
		return
	}
	v.value = fallback
}

// like is the type that a given value must have if the default has type ty: only primitive types are enforced.
func like(ty cty.Type) cty.Type {
	if ty.IsPrimitiveType() {
		return ty
	}
	return cty.DynamicPseudoType
}

// read converts a value given from outside. Text from the command line is parsed as an expression if the type is not text.
func (l *loader) read(value cty.Value, want cty.Type, optional *typeexpr.Defaults) (cty.Value, bool) {
	if v, ok := l.fit(value, want, optional); ok && (want != cty.DynamicPseudoType || value.Type() != cty.String) {
		return v, true
	} else if ok && !looksLikeCollection(value) {
		return v, true
	}
	if value.Type() == cty.String && want != cty.String {
		src := []byte(value.AsString())
		if _, refusal := guard("", src); refusal == nil {
			expr, diags := hclsyntax.ParseExpression(src, "", hcl.InitialPos)
			if !diags.HasErrors() {
				if parsed, diags := safely(l.work.charge(expr), nil); !diags.HasErrors() && parsed.IsWhollyKnown() {
					return l.fit(parsed, want, optional)
				}
			}
		}
	}
	return l.fit(value, want, optional)
}

func looksLikeCollection(v cty.Value) bool {
	s := strings.TrimSpace(v.AsString())
	return strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") || strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}")
}

// fit converts a value to a type, but never a number with a fraction to text: 1.30 would become "1.3".
func (l *loader) fit(value cty.Value, want cty.Type, optional *typeexpr.Defaults) (cty.Value, bool) {
	if value.Type() == cty.Number && want == cty.String && !whole(value) {
		return cty.DynamicVal, false
	}
	if optional != nil {
		value = optional.Apply(value)
	}
	value, ok := unified(value)
	if !ok {
		return cty.DynamicVal, false
	}
	v, err := convert.Convert(value, want)
	return v, err == nil
}

func fitHint(value cty.Value, want cty.Type) string {
	if value.Type() == cty.Number && want == cty.String {
		return "A number loses zeros (1.30 is 1.3): write it in quotes."
	}
	return fmt.Sprintf("Write %s.", example(want))
}

func example(ty cty.Type) string {
	switch {
	case ty == cty.String:
		return `a string in quotes`
	case ty == cty.Number:
		return "a number, such as 3"
	case ty == cty.Bool:
		return "true or false"
	case ty.IsListType(), ty.IsSetType(), ty.IsTupleType():
		return `a list, such as ["a", "b"]`
	}
	return `a map, such as { "a" = "b" }`
}

// declareLocals records the locals of one block.
func (l *loader) declareLocals(block *hclsyntax.Block) {
	for _, attr := range inOrder(block.Body.Attributes) {
		if first, ok := l.names.locals[attr.Name]; ok {
			l.add(duplicateName, attr.NameRange, fmt.Sprintf("The local %q is already declared on line %d. Rename one of the two.",
				attr.Name, first.at.Start.Line))
			continue
		}
		l.names.locals[attr.Name] = &name{at: attr.NameRange, value: cty.DynamicVal, expr: attr.Expr}
		l.names.localNames = append(l.names.localNames, attr.Name)
	}
}

// evaluateLocals evaluates every local after the locals that it reads (Kahn's algorithm, so that a chain of 100,000 needs no stack). Those
// that remain are in a cycle or depend on one.
func (l *loader) evaluateLocals() {
	readers := map[string][]string{}
	waiting := map[string]int{}
	var ready []string
	for _, id := range l.names.localNames {
		local := l.names.locals[id]
		seen := map[string]bool{}
		for _, t := range local.expr.Variables() {
			if need, ok := member(t); ok && t.RootName() == "local" && !seen[need] && l.names.locals[need] != nil {
				seen[need] = true
				local.needs = append(local.needs, need)
				readers[need] = append(readers[need], id)
			}
		}
		if waiting[id] = len(local.needs); waiting[id] == 0 {
			ready = append(ready, id)
		}
	}
	for done := 0; done < len(ready); done++ {
		id := ready[done]
		local := l.names.locals[id]
		needed := make(map[string]cty.Value, len(local.needs))
		for _, need := range local.needs {
			needed[need] = l.names.locals[need].value
		}
		ctx := &hcl.EvalContext{Functions: l.work.functions(), Variables: map[string]cty.Value{"var": l.ctx.Variables["var"],
			"local": cty.ObjectVal(needed)}}
		local.secret = l.secretly(local.expr)
		if v, ok := l.evaluate(local.expr, ctx); ok {
			local.value = v
		}
		for _, reader := range readers[id] {
			if waiting[reader]--; waiting[reader] == 0 {
				ready = append(ready, reader)
			}
		}
	}
	if len(ready) < len(l.names.localNames) {
		l.cycles(waiting)
	}
	values := make(map[string]cty.Value, len(l.names.locals))
	for id, local := range l.names.locals {
		values[id] = local.value
	}
	l.ctx.Variables["local"] = cty.ObjectVal(values)
}

// cycles reports each cycle among the remaining locals once, and any other errors in their expressions.
func (l *loader) cycles(waiting map[string]int) {
	visited := map[string]bool{}
	for _, id := range l.names.localNames {
		if waiting[id] == 0 {
			continue
		}
		l.check(l.names.locals[id].expr, true)
		var path []string
		place := map[string]int{}
		for at := id; !visited[at]; {
			visited[at] = true
			place[at] = len(path)
			path = append(path, at)
			for _, need := range l.names.locals[at].needs {
				if waiting[need] > 0 {
					at = need
					break
				}
			}
			if begin, ok := place[at]; ok {
				l.cycle(path[begin:])
				break
			}
		}
	}
}

func (l *loader) cycle(path []string) {
	// Start with the local that comes first in the file, wherever the walk entered the cycle.
	first := 0
	for i, id := range path {
		if l.names.locals[id].at.Start.Byte < l.names.locals[path[first]].at.Start.Byte {
			first = i
		}
	}
	path = slices.Concat(path[first:], path[:first])
	shown := path
	if len(shown) > 10 {
		shown = append(slices.Clone(shown[:9]), fmt.Sprintf("… (%d more)", len(path)-9))
	}
	circle := "local." + strings.Join(append(slices.Clone(shown), path[0]), " → local.")
	circle = strings.ReplaceAll(circle, "local.…", "…")
	l.add(localsCycle, l.names.locals[path[0]].at,
		fmt.Sprintf("The locals form a cycle: %s. Give one of them an expression that does not refer to the next.", circle))
}

// member is the second step of var.x, local.x or local["x"].
func member(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// plain reports whether an expression is a literal: text, number, true, false, null, or a list of these. Most are.
func plain(expr hclsyntax.Expression) bool {
	if list, ok := expr.(*hclsyntax.TupleConsExpr); ok {
		for _, element := range list.Exprs {
			if _, ok := literal(element); !ok {
				return false
			}
		}
		return true
	}
	_, ok := literal(expr)
	return ok
}

// plainValue is the value of a plain expression, without the cost of evaluation.
func plainValue(expr hclsyntax.Expression) (cty.Value, bool) {
	list, ok := expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		return literal(expr)
	}
	values := make([]cty.Value, len(list.Exprs))
	for i, element := range list.Exprs {
		if values[i], ok = literal(element); !ok {
			return cty.DynamicVal, false
		}
	}
	return cty.TupleVal(values), true
}

// literal is the value of a single literal.
func literal(expr hclsyntax.Expression) (cty.Value, bool) {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, e.Val.IsKnown() && (e.Val.Type() != cty.Number || sensible(e.Val))
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 0 {
			return cty.StringVal(""), true
		}
		if part, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr); ok && len(e.Parts) == 1 && part.Val.Type() == cty.String &&
			part.Val.IsKnown() && !part.Val.IsNull() {
			return part.Val, true
		}
	}
	return cty.DynamicVal, false
}

// check inspects an expression without evaluating it: unknown names and functions, duplicate keys, numbers that are out of range. scoped
// says whether variables and locals may be read here.
func (l *loader) check(expr hclsyntax.Expression, scoped bool) bool {
	ok := true
	var bareKeys []hcl.Range
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		switch e := node.(type) {
		case *hclsyntax.ObjectConsKeyExpr:
			if text := l.text(e.Range()); labelKey.MatchString(text) {
				ok = false
				bareKeys = append(bareKeys, e.Range())
				l.add(unknownName, e.Range(), fmt.Sprintf("The key %s would be read as a calculation. Put it in double quotes: %q.", text,
					text))
			}
		case *hclsyntax.FunctionCallExpr:
			if _, known := functions[e.Name]; !known {
				ok = false
				l.add(unknownFunction, e.NameRange, l.missingFunction(e.Name))
			}
		case *hclsyntax.ObjectConsExpr:
			ok = l.checkKeys(e) && ok
		case *hclsyntax.LiteralValueExpr:
			if e.Val.Type() == cty.Number && !sensible(e.Val) {
				ok = false
				l.add(tooComplex, e.SrcRange, "The number is too large or too small.")
			}
		}
		return nil
	})
	for _, t := range expr.Variables() {
		if at := t.SourceRange(); !slices.ContainsFunc(bareKeys, func(key hcl.Range) bool { return key.ContainsOffset(at.Start.Byte) }) {
			ok = l.checkName(expr, t, scoped) && ok
		}
	}
	return ok
}

// labelKey matches an unquoted key of a label or annotation: example.com/gpu.
var labelKey = regexp.MustCompile(`^[A-Za-z][\w.-]*/[\w./-]+$`)

func (l *loader) checkName(expr hclsyntax.Expression, t hcl.Traversal, scoped bool) bool {
	at, root := t.SourceRange(), t.RootName()
	if !scoped {
		l.add(unknownName, at, fmt.Sprintf("%q cannot be read here: a default cannot use variables or locals. "+
			"Strings are in double quotes.", l.text(at)))
		return false
	}
	var declared map[string]*name
	var candidates []string
	switch root {
	case "var":
		declared, candidates = l.names.variables, l.names.variableNames
	case "local":
		declared, candidates = l.names.locals, l.names.localNames
	case eachName:
		return l.checkEach(t)
	default:
		l.add(unknownName, at, l.missingRoot(expr, t))
		return false
	}
	id, ok := member(t)
	if !ok {
		l.add(unknownName, at, fmt.Sprintf("%s alone is not a value. Write %s.<name>.", root, root))
		return false
	}
	if n, ok := declared[id]; ok {
		n.used = true
		return true
	}
	detail := fmt.Sprintf("%s.%s is not declared.", root, id)
	_, isVariable := l.names.variables[id]
	_, isLocal := l.names.locals[id]
	switch {
	case root == "local" && isVariable:
		l.names.variables[id].used = true
		detail += fmt.Sprintf(" It is a variable: write var.%s.", id)
	case root == "var" && isLocal:
		l.names.locals[id].used = true
		detail += fmt.Sprintf(" It is a local: write local.%s.", id)
	default:
		if s := l.near(id, candidates); s != "" {
			detail += fmt.Sprintf(" Did you mean %s.%s?", root, s)
		} else if root == "var" {
			detail += fmt.Sprintf(" Declare it: variable %q {}.", id)
		} else {
			detail += fmt.Sprintf(" Declare it: locals { %s = … }.", id)
		}
	}
	l.add(unknownName, at, detail)
	return false
}

// missingRoot explains a name that is neither var.… nor local.…, most often text without quotes.
func (l *loader) missingRoot(expr hclsyntax.Expression, t hcl.Traversal) string {
	root, text := t.RootName(), l.text(t.SourceRange())
	detail := fmt.Sprintf("The name %q is unknown: expressions refer to var.<name> and local.<name>.", text)
	switch _, isLocal := l.names.locals[root]; {
	case l.names.variables[root] != nil:
		l.names.variables[root].used = true
		return detail + fmt.Sprintf(" Did you mean var.%s?", root)
	case isLocal:
		l.names.locals[root].used = true
		return detail + fmt.Sprintf(" Did you mean local.%s?", root)
	case len(t) > 1:
		if s := l.near(root, []string{"var", "local"}); s != "" {
			return detail + fmt.Sprintf(" Did you mean %q?", s)
		}
		switch root {
		case "vars", "variable", "variables":
			return detail + ` Did you mean "var"?`
		case "locals":
			return detail + ` Did you mean "local"?`
		}
	}
	if whole := l.text(expr.Range()); len(whole) < 80 && !strings.ContainsAny(whole, "\"\n${}[]()") {
		text = whole
	}
	return detail + fmt.Sprintf(" If this is a string, put it in double quotes: %q.", text)
}

// impure lists Terraform functions that are left out on purpose.
var impure = map[string]string{
	"fileexists": "a file", "fileset": "files", "filebase64": "a file", "templatefile": "a file",
	"abspath": "a directory", "pathexpand": "the home directory",
	"timestamp": "the clock", "plantimestamp": "the clock", "uuid": "chance", "bcrypt": "chance", "env": "the environment",
	"getenv": "the environment",
}

func (l *loader) missingFunction(id string) string {
	detail := fmt.Sprintf("There is no function %q.", id)
	if source, ok := impure[id]; ok {
		if source == "a file" || source == "files" {
			return detail + " A topology reads files next to it with file(\"…\"), which returns the text of one file."
		}
		return detail + fmt.Sprintf(" It would depend on %s, and the same topology must always give the same plan. Pass the value in a "+
			"variable.", source)
	}
	if s := l.near(id, functionNames); s != "" {
		return detail + fmt.Sprintf(" Did you mean %q?", s)
	}
	return detail + " The functions are those of HCL's standard library under Terraform's names, with cidrhost, " +
		"cidrsubnet, cidrnetmask, try, and can."
}

// checkKeys finds duplicate keys in an object literal; HCL would silently use the last.
func (l *loader) checkKeys(e *hclsyntax.ObjectConsExpr) bool {
	if len(e.Items) < 2 {
		return true
	}
	ok := true
	seen := make(map[string]hcl.Range, len(e.Items))
	for _, item := range e.Items {
		key, known := literalKey(item.KeyExpr)
		if !known {
			continue
		}
		at := item.KeyExpr.Range()
		if first, twice := seen[key]; twice {
			ok = false
			l.add(duplicateArgument, at, fmt.Sprintf("The key %q is already defined on line %d. Remove one of them.", key,
				first.Start.Line))
			continue
		}
		seen[key] = at
	}
	return ok
}

func literalKey(expr hclsyntax.Expression) (string, bool) {
	key, ok := expr.(*hclsyntax.ObjectConsKeyExpr)
	if !ok || key.ForceNonLiteral {
		return "", false
	}
	if word := hcl.ExprAsKeyword(key.Wrapped); word != "" {
		return word, true
	}
	v, ok := literal(key.Wrapped)
	if !ok || v.Type() != cty.String || v.IsNull() {
		return "", false
	}
	return v.AsString(), true
}

// evaluate checks an expression and returns its value. A nil context means that the expression may read nothing. If there is no value, the
// reason has already been reported, here or where a name that it reads was evaluated.
func (l *loader) evaluate(expr hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, bool) {
	if v, ok := plainValue(expr); ok {
		return v, true
	}
	scoped := ctx != nil
	if !scoped {
		ctx = &hcl.EvalContext{Functions: l.work.functions()}
	}
	if !l.check(expr, scoped) {
		return cty.DynamicVal, false
	}
	if l.work.spent != nil {
		return cty.DynamicVal, false // reported where the budget ended
	}
	secret := l.secretly(expr) // after charging, reads are no longer visible
	v, diags := safely(l.work.charge(expr), ctx)
	l.twice(expr, ctx, diags)
	l.evaluated(diags)
	if secret {
		l.secrets.places = append(l.secrets.places, expr.Range())
		l.secrets.keep(v)
	}
	return v, !diags.HasErrors() && v.IsKnown()
}

// evaluated reports evaluation errors: each once, although a loop repeats it for every element, and only the end of the budget, because
// later errors follow from it.
func (l *loader) evaluated(diags hcl.Diagnostics) {
	if spent := l.work.spent; spent != nil {
		diags = hcl.Diagnostics{spent}
	}
	type key struct {
		at     hcl.Pos
		detail string
	}
	seen := map[key]bool{}
	for _, d := range invalidExpression.Tag(diags) {
		if first, rest, traced := strings.Cut(d.Detail, "panic in function implementation: "); traced {
			reason, _, _ := strings.Cut(rest, "\n") // cty appends the stack
			d.Detail = first + reason + "."
		}
		k := key{detail: d.Detail}
		if d.Subject != nil {
			k.at = d.Subject.Start
		}
		if !seen[k] {
			seen[k] = true
			l.diags = append(l.diags, d)
		}
	}
}

// safely evaluates, and turns a panic of the evaluator into a diagnostic: input must never crash the program, and HCL and cty are
// third-party code.
func safely(expr hclsyntax.Expression, ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			v = cty.DynamicVal
			diags = hcl.Diagnostics{invalidExpression.Diagnostic(expr.Range(), fmt.Sprintf("The expression cannot be evaluated: %v.", r))}
		}
	}()
	return expr.Value(ctx)
}

// prepareBody checks the expressions of a body that another package decodes, and limits what they may produce.
func (l *loader) prepareBody(body *hclsyntax.Body) {
	for _, attr := range inOrder(body.Attributes) {
		if plain(attr.Expr) {
			continue
		}
		if !l.check(attr.Expr, true) {
			attr.Expr = &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: attr.Expr.Range()} // already reported
			continue
		}
		secret := l.secretly(attr.Expr)
		attr.Expr = l.work.charge(attr.Expr)
		if secret {
			l.secrets.places = append(l.secrets.places, attr.Expr.Range())
			v, _ := safely(attr.Expr, l.ctx) // its decoder reports errors
			l.secrets.keep(v)
		}
	}
	for _, block := range body.Blocks {
		l.prepareBody(block.Body)
	}
}

// unused warns about variables and locals that no expression reads.
func (l *loader) unused() {
	if l.diags.HasErrors() {
		return // an unread part may contain the use
	}
	for _, id := range l.names.variableNames {
		if v := l.names.variables[id]; !v.used {
			l.add(unusedVariable, v.at,
				fmt.Sprintf("var.%s is unused, so setting it has no effect. Refer to it where it was intended, or remove it.", id))
		}
	}
	for _, id := range l.names.localNames {
		if v := l.names.locals[id]; !v.used {
			l.add(unusedLocal, v.at, fmt.Sprintf("local.%s is unused. Refer to it where it was intended, or remove it.", id))
		}
	}
}

// inOrder sorts attributes by their position in the file.
func inOrder(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	}
	return list
}
