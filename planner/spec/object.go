package spec

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Object is a map of values of any kind, as in upstream's configuration files. Numbers without a fraction are int64, others float64; lists
// are []any, maps map[string]any.
type Object struct {
	Value  map[string]any
	at     hcl.Range
	places map[string]entry // of literal values, by path
}

// ObjectAt is a map of values at a single place.
func ObjectAt(value map[string]any, at hcl.Range) *Object { return &Object{Value: value, at: at} }

// Fields returns the values by name; nil if nothing was written.
func (o *Object) Fields() map[string]any {
	if o == nil {
		return nil
	}
	return o.Value
}

// Path leads to a value inside an Object: map keys, and list positions as decimal numbers.
type Path []string

func (p Path) id() string { return strings.Join(p, "\x00") }

// Key is the range of the last key of a path, or of the nearest enclosing literal value.
func (o *Object) Key(p Path) hcl.Range { return o.find(p, func(e entry) hcl.Range { return e.key }) }

// At is the range of the value at a path, or of the nearest enclosing literal value.
func (o *Object) At(p Path) hcl.Range { return o.find(p, func(e entry) hcl.Range { return e.value }) }

func (o *Object) find(p Path, of func(entry) hcl.Range) hcl.Range {
	if e, ok := o.places[p.id()]; ok {
		return of(e)
	}
	for n := len(p) - 1; n > 0; n-- {
		if e, ok := o.places[p[:n].id()]; ok {
			return e.value
		}
	}
	return o.at
}

// asObject returns a map of values of any kind. Null values count as not written.
func (a *argument) asObject(v cty.Value) (*Object, bool) {
	if ty := v.Type(); !ty.IsMapType() && !ty.IsObjectType() {
		a.wrong(a.expr.Range(), fmt.Sprintf("%s is a map, and this is %s. Write %s.", a.row.Name, describe(v), a.sample()))
		return nil, false
	}
	o := &Object{at: a.expr.Range(), places: map[string]entry{}}
	a.objectPlaces(o, nil, a.literal())
	value, ok := a.plain(o, nil, v)
	o.Value, _ = value.(map[string]any)
	return o, ok
}

// objectPlaces records the ranges of the keys and values of an expression.
func (a *argument) objectPlaces(o *Object, path Path, expr hclsyntax.Expression) {
	if c, ok := expr.(*charged); ok {
		expr = c.Expression
	}
	switch e := expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if key, known := literalKey(item.KeyExpr); known {
				at := append(slices.Clone(path), key)
				o.places[at.id()] = entry{item.KeyExpr.Range(), item.ValueExpr.Range()}
				a.objectPlaces(o, at, item.ValueExpr)
			}
		}
	case *hclsyntax.TupleConsExpr:
		for i, inner := range e.Exprs {
			at := append(slices.Clone(path), strconv.Itoa(i))
			o.places[at.id()] = entry{inner.Range(), inner.Range()}
			a.objectPlaces(o, at, inner)
		}
	}
}

// plain converts a value to Go's own types.
func (a *argument) plain(o *Object, path Path, v cty.Value) (any, bool) {
	ty := v.Type()
	switch {
	case ty == cty.String:
		return v.AsString(), true
	case ty == cty.Bool:
		return v.True(), true
	case ty == cty.Number:
		f := v.AsBigFloat()
		if n, accuracy := f.Int64(); f.IsInt() && accuracy == big.Exact {
			return n, true
		}
		n, _ := f.Float64()
		return n, true
	case ty.IsListType(), ty.IsSetType(), ty.IsTupleType():
		out, ok := make([]any, 0, v.LengthInt()), true
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			if element.IsNull() || !element.IsKnown() {
				continue
			}
			inner, good := a.plain(o, append(slices.Clone(path), strconv.Itoa(len(out))), element)
			out, ok = append(out, inner), ok && good
		}
		return out, ok
	case ty.IsMapType(), ty.IsObjectType():
		out, ok := map[string]any{}, true
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			if element.IsNull() || !element.IsKnown() {
				continue
			}
			inner, good := a.plain(o, append(slices.Clone(path), key.AsString()), element)
			out[key.AsString()], ok = inner, ok && good
		}
		return out, ok
	}
	a.wrong(o.At(path), fmt.Sprintf("%s contains %s, which cannot be written to a file.", a.row.Name, describe(v)))
	return nil, false
}
