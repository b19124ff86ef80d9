package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const (
	// maxWork is how many elements all the expressions of one file may make together, intermediate results included.
	maxWork = 1 << 19
	// maxExponent bounds numbers to 2^maxExponent: the decimal digits of a larger one would fill the memory.
	maxExponent = 4096
	// maxValueDepth bounds lists in lists.
	maxValueDepth = 64
)

// budget counts what evaluation makes. HCL's evaluator has no limit of its own, and three nested `for` make 10⁹ elements of one line.
type budget struct {
	left  int
	spent *hcl.Diagnostic // what ended the budget; every evaluation after it fails with the same
}

// spend charges a value that an expression at a place has given. The diagnostics say why it cannot be used.
func (b *budget) spend(v cty.Value, at hcl.Range) hcl.Diagnostics {
	switch f := measure(v, &b.left, maxValueDepth); {
	case b.left < 0:
		b.spent = tooComplex.Diagnostic(at, fmt.Sprintf("Here the expressions of the file have made more than %d elements. Draw equal machines with node_pool, and keep lists of single values short.", maxWork))
		return hcl.Diagnostics{b.spent}
	case f == tooNested: // locals that wrap each other would say it again every maxValueDepth lines
		b.spent = tooComplex.Diagnostic(at, fmt.Sprintf("The value has more than %d levels of lists and maps inside one another. Keep values flat.", maxValueDepth))
		return hcl.Diagnostics{b.spent}
	case f == tooBig:
		return hcl.Diagnostics{tooComplex.Diagnostic(at, "The result is infinite, or too large or too small to reckon with. A division by zero gives such a number.")}
	}
	return nil
}

type fault int

const (
	tooNested fault = iota + 1
	tooBig
)

// measure takes the number of a value's elements from left, and stops when nothing is left. Text counts one for each 64 bytes.
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

// charged is an expression whose results are charged. It is put around every part of an expression that can make something new, or
// bring in something that exists; once the budget is spent it fails without evaluating, which ends all loops around it.
type charged struct {
	hclsyntax.Expression
	work *budget
}

func (c *charged) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if c.work.spent != nil {
		return cty.DynamicVal, hcl.Diagnostics{c.work.spent}
	}
	v, diags := c.Expression.Value(ctx)
	if c.work.spent != nil {
		return cty.DynamicVal, diags
	}
	if more := c.work.spend(v, c.Range()); len(more) > 0 {
		return cty.DynamicVal, append(diags, more...)
	}
	return v, diags
}

// UnwrapExpression lets hcl's static analysis see through the wrapper.
func (c *charged) UnwrapExpression() hcl.Expression { return c.Expression }

// charge puts charged around the parts of an expression, in place, and around the expression itself.
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
			e.Args[i] = b.charge(e.Args[i])
		}
	case *hclsyntax.ConditionalExpr:
		e.Condition, e.TrueResult, e.FalseResult = b.charge(e.Condition), b.charge(e.TrueResult), b.charge(e.FalseResult)
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
	return &charged{expr, b}
}

// each charges a part that is evaluated once for each element, even where it is a literal.
func (b *budget) each(expr hclsyntax.Expression) hclsyntax.Expression {
	if c, ok := b.charge(expr).(*charged); ok {
		return c
	}
	return &charged{expr, b}
}
