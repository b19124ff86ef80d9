package spec

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

const (
	// maxWork is the number of elements that all expressions of one file may produce in total, including intermediate results.
	maxWork = 1 << 19
	// maxExponent limits numbers to 2^maxExponent: the decimal digits of a larger one could exhaust memory.
	maxExponent = 4096
	// maxValueDepth limits nested lists.
	maxValueDepth = 64
)

// budget counts what evaluation produces. HCL's evaluator has no limit, and three nested `for` expressions produce 10⁹ elements from one
// line. An element represents about two microseconds.
type budget struct {
	left  int
	spent *hcl.Diagnostic // why the budget ended; every later evaluation fails with it
	table map[string]function.Function
	files *files
}

// Extra costs, for work that produces few elements.
const (
	callPrice = 16 // of a function call
	setPrice  = 16 // of a set element, which is looked up by value
)

// functions returns the functions of the language. Those that take regular expressions are charged for the work of the expression.
func (b *budget) functions() map[string]function.Function {
	if b.table == nil {
		b.table = maps.Clone(functions)
		if b.files != nil {
			b.table["file"] = b.files.function()
		}
		for _, name := range []string{"regex", "regexall", "regexreplace"} {
			b.table[name] = b.regular(functions[name], map[string]int{"regexreplace": 1}[name])
		}
	}
	return b.table
}

// regular charges a function for its regular expression, the argument at index pattern: for compiling it, and for each byte of text it may
// scan.
func (b *budget) regular(f function.Function, pattern int) function.Function {
	return sized(f, func(args []cty.Value) error {
		size := textSize(args[pattern]) * copies(args[pattern].AsString())
		b.left -= size/16 + size*textSize(args[1-pattern])/512
		if b.left < 0 {
			return function.NewArgErrorf(pattern, "the pattern needs more work than all expressions of the file may use")
		}
		return nil
	})
}

// counted matches a number in a counted repetition: {1,63}.
var counted = regexp.MustCompile(`[{,]\s*[0-9]{1,4}`)

// copies is how many copies of a part a regular expression contains once counted repetitions are expanded; Go allows at most a thousand.
func copies(pattern string) int {
	n := 1
	for _, m := range counted.FindAllString(pattern, -1) {
		if count, err := strconv.Atoi(strings.TrimLeft(m, "{, ")); err == nil && count > 1 {
			n = min(1000, n*count)
		}
	}
	return n
}

// spend charges the value of an expression. The diagnostics say why the value cannot be used.
func (b *budget) spend(v cty.Value, at hcl.Range) hcl.Diagnostics {
	switch f := measure(v, &b.left, maxValueDepth); {
	case b.left < 0:
		b.spent = tooComplex.Diagnostic(at, fmt.Sprintf("At this point, the expressions of the file have produced more than %d elements. "+
			"Define equal machines with node_pool, and keep lists of single values short.", maxWork))
		return hcl.Diagnostics{b.spent}
	case f == tooNested: // otherwise locals that wrap each other would repeat it every maxValueDepth lines
		b.spent = tooComplex.Diagnostic(at,
			fmt.Sprintf("The value has more than %d levels of lists and maps inside one another. Keep values flat.", maxValueDepth))
		return hcl.Diagnostics{b.spent}
	case f == tooBig:
		return hcl.Diagnostics{tooComplex.Diagnostic(at, "The result is infinite, too large, or too small. A division by zero gives such "+
			"a number.")}
	}
	return nil
}

type fault int

const (
	tooNested fault = iota + 1
	tooBig
)

// measure subtracts the number of a value's elements from left, and stops when nothing is left. Text counts as one element per 64 bytes.
func measure(v cty.Value, left *int, depth int) fault {
	*left--
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return 0
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		*left -= len(v.AsString()) / 64
	case ty == cty.Number:
		if !sensible(v) {
			return tooBig
		}
	case ty.IsCollectionType(), ty.IsTupleType(), ty.IsObjectType():
		if ty.IsSetType() {
			*left -= (setPrice - 1) * v.LengthInt()
		}
		if depth == 0 {
			return tooNested
		}
		for it := v.ElementIterator(); *left >= 0 && it.Next(); {
			_, element := it.Element()
			if f := measure(element, left, depth-1); f != 0 {
				return f
			}
		}
	}
	return 0
}

// sensible reports whether a number is finite and within 2^±maxExponent.
func sensible(v cty.Value) bool {
	if v.IsNull() || !v.IsKnown() {
		return true
	}
	f := v.AsBigFloat()
	exponent := f.MantExp(nil)
	return !f.IsInf() && exponent <= maxExponent && exponent >= -maxExponent
}

// charged is an expression whose results are charged. It wraps every part of an expression that can produce a new value or refer to an
// existing one. Once the budget is spent, it fails without evaluating, which ends all loops around it.
type charged struct {
	hclsyntax.Expression
	work  *budget
	price int // in addition to the result's
}

func (c *charged) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if c.work.spent != nil {
		return cty.DynamicVal, hcl.Diagnostics{c.work.spent}
	}
	c.work.left -= c.price
	v, diags := c.Expression.Value(ctx)
	if c.work.spent != nil {
		return cty.DynamicVal, diags
	}
	if more := c.work.spend(v, c.Range()); len(more) > 0 {
		return cty.DynamicVal, append(diags, more...)
	}
	return v, diags
}

// UnwrapExpression lets HCL's static analysis see through the wrapper.
func (c *charged) UnwrapExpression() hcl.Expression { return c.Expression }

// charge wraps the parts of an expression in charged, in place, and the expression itself.
func (b *budget) charge(expr hclsyntax.Expression) hclsyntax.Expression {
	if plain(expr) {
		return expr
	}
	switch e := expr.(type) {
	case *hclsyntax.AnonSymbolExpr, *hclsyntax.ExprSyntaxError:
		return expr
	case *hclsyntax.TupleConsExpr:
		for i := range e.Exprs {
			e.Exprs[i] = b.charge(e.Exprs[i])
		}
	case *hclsyntax.ObjectConsExpr:
		for i := range e.Items {
			if key, ok := e.Items[i].KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
				if _, name := key.Wrapped.(*hclsyntax.ScopeTraversalExpr); !name || key.ForceNonLiteral { // a bare name is a literal key
					key.Wrapped = b.charge(key.Wrapped)
				}
			}
			e.Items[i].ValueExpr = b.charge(e.Items[i].ValueExpr)
		}
	case *hclsyntax.FunctionCallExpr:
		for i := range e.Args {
			e.Args[i] = &uniform{b.charge(e.Args[i]), b}
		}
		return &charged{expr, b, callPrice}
	case *hclsyntax.ConditionalExpr:
		e.Condition, e.TrueResult, e.FalseResult = b.charge(e.Condition), &uniform{b.charge(e.TrueResult),
			b}, &uniform{b.charge(e.FalseResult), b}
	case *hclsyntax.IndexExpr:
		e.Collection, e.Key = b.charge(e.Collection), b.charge(e.Key)
	case *hclsyntax.SplatExpr:
		e.Source, e.Each = b.charge(e.Source), b.charge(e.Each)
	case *hclsyntax.ForExpr:
		e.CollExpr, e.ValExpr = b.charge(e.CollExpr), b.each(e.ValExpr)
		if e.KeyExpr != nil {
			e.KeyExpr = b.each(e.KeyExpr)
		}
		if e.CondExpr != nil {
			e.CondExpr = b.each(e.CondExpr)
		}
	case *hclsyntax.TemplateExpr:
		for i := range e.Parts {
			e.Parts[i] = b.charge(e.Parts[i])
		}
	case *hclsyntax.TemplateJoinExpr:
		e.Tuple = b.charge(e.Tuple)
	case *hclsyntax.TemplateWrapExpr:
		e.Wrapped = b.charge(e.Wrapped)
	case *hclsyntax.BinaryOpExpr:
		e.LHS, e.RHS = b.charge(e.LHS), b.charge(e.RHS)
	case *hclsyntax.UnaryOpExpr:
		e.Val = b.charge(e.Val)
	case *hclsyntax.ParenthesesExpr:
		e.Expression = b.charge(e.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		e.Source = b.charge(e.Source)
	}
	return &charged{expr, b, 0}
}

// each charges a part that is evaluated once per element, even if it is a literal.
func (b *budget) each(expr hclsyntax.Expression) hclsyntax.Expression {
	if c, ok := b.charge(expr).(*charged); ok {
		return c
	}
	return &charged{expr, b, 0}
}

const (
	// smallValue is how many elements may have different types without a check.
	smallValue = 64
	// maxTypes is how many elements of a list or map may have different types when a common type must be found: cty compares every pair.
	maxTypes = 512
	// maxGiven is how many elements a function or a condition accepts: some spend long on each.
	maxGiven = 1 << 14
)

// uniform is an expression whose result will be converted. A list or map literal has a type per element, and cty takes n² steps to find
// that all n are the same.
type uniform struct {
	hclsyntax.Expression
	work *budget
}

func (u *uniform) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := u.Expression.Value(ctx)
	if !v.IsNull() && v.IsKnown() && v.CanIterateElements() && v.LengthInt() > maxGiven {
		u.work.spent = tooComplex.Diagnostic(u.Range(),
			fmt.Sprintf("The value has more than %d elements, which is more than a function or a condition accepts. Define equal "+
				"machines with node_pool.", maxGiven))
		return cty.DynamicVal, append(diags, u.work.spent)
	}
	v, ok := unified(v)
	if !ok {
		u.work.spent = tooComplex.Diagnostic(u.Range(), fmt.Sprintf("The value has more than %d elements of different types, and they "+
			"must all have one type. Write elements of one type.", maxTypes))
		return cty.DynamicVal, append(diags, u.work.spent)
	}
	return v, diags
}

// UnwrapExpression lets HCL's static analysis see through the wrapper.
func (u *uniform) UnwrapExpression() hcl.Expression { return u.Expression }

// unified converts a large list or map whose elements all have one type to that element type. ok is false if there are many types.
func unified(v cty.Value) (same cty.Value, ok bool) {
	ty := v.Type()
	if v.IsNull() || !v.IsKnown() || v.IsMarked() || !ty.IsTupleType() && !ty.IsObjectType() || v.LengthInt() <= smallValue {
		return v, true
	}
	var first cty.Type
	one := true
	for it := v.ElementIterator(); one && it.Next(); {
		_, element := it.Element()
		if first == cty.NilType {
			first = element.Type()
		}
		one = element.Type().Equals(first) && !element.IsMarked()
	}
	switch {
	case !one:
		return v, v.LengthInt() <= maxTypes
	case ty.IsTupleType():
		return cty.ListVal(v.AsValueSlice()), true
	}
	return cty.MapVal(v.AsValueMap()), true
}
