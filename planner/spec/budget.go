package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const (
	// maxWork is how many elements all the expressions of one file may make together, intermediate results included.
	maxWork = 1 << 20
	// maxExponent bounds numbers to 2^maxExponent: the decimal digits of a larger one would fill the memory.
	maxExponent = 4096
	// maxValueDepth bounds lists in lists.
	maxValueDepth = 64
)

// budget counts what evaluation makes. HCL's evaluator has no limit of its own, and three nested `for` make 10⁹ elements of one line.
type budget struct {
	left     int
	reported bool
}

// spend charges a value that an expression has given, and says whether the budget holds.
func (b *budget) spend(v cty.Value) bool {
	if b.left >= 0 {
		b.left -= measure(v, b.left, maxValueDepth)
	}
	return b.left >= 0
}

// diagnostic is given once; the place is where the budget ran out.
func (b *budget) diagnostic(at hcl.Range) hcl.Diagnostics {
	if b.reported {
		return nil
	}
	b.reported = true
	return hcl.Diagnostics{tooComplex.Diagnostic(at, fmt.Sprintf("Here the expressions of the file have made more than %d elements, or one of more than %d levels or digits. Draw equal machines with node_pool, and keep lists of single values short.", maxWork, maxValueDepth))}
}

// measure counts the elements of a value, up to a little more than limit. Text counts one for each 64 bytes.
func measure(v cty.Value, limit, depth int) int {
	if depth == 0 {
		return limit + 1
	}
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return 1
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return 1 + len(v.AsString())/64
	case ty == cty.Number:
		exponent := v.AsBigFloat().MantExp(nil)
		if v.AsBigFloat().IsInf() || exponent > maxExponent || exponent < -maxExponent {
			return limit + 1
		}
		return 1
	case ty.IsCollectionType(), ty.IsTupleType(), ty.IsObjectType():
		n := 1
		for it := v.ElementIterator(); it.Next() && n <= limit; {
			_, element := it.Element()
			n += measure(element, limit-n, depth-1)
		}
		return n
	}
	return 1
}

// charged is an expression whose results are charged. It is put around every part of an expression that can make something new, or
// bring in something that exists; once the budget is spent it gives an unknown value without evaluating, which ends all loops around it.
type charged struct {
	hclsyntax.Expression
	work *budget
}

func (c *charged) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if c.work.left < 0 {
		return cty.DynamicVal, nil
	}
	v, diags := c.Expression.Value(ctx)
	if !c.work.spend(v) {
		return cty.DynamicVal, append(diags, c.work.diagnostic(c.Range())...)
	}
	return v, diags
}

// UnwrapExpression lets hcl's static analysis see through the wrapper.
func (c *charged) UnwrapExpression() hcl.Expression { return c.Expression }

// charge puts charged around the parts of an expression, in place, and around the expression itself.
func (b *budget) charge(expr hclsyntax.Expression) hclsyntax.Expression {
	switch e := expr.(type) {
	case nil:
		return nil
	case *hclsyntax.LiteralValueExpr, *hclsyntax.AnonSymbolExpr, *hclsyntax.ExprSyntaxError:
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
