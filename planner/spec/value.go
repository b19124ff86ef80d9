package spec

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/k8splan/k8splan/planner/spelling"
)

// describe names the kind of a value as diagnostics do.
func describe(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return typeName(v.Type())
}

func typeName(ty cty.Type) string {
	switch {
	case ty == cty.String:
		return "a string"
	case ty == cty.Number:
		return "a number"
	case ty == cty.Bool:
		return "a boolean"
	case ty.IsListType(), ty.IsTupleType(), ty.IsSetType():
		return "a list"
	case ty.IsMapType(), ty.IsObjectType():
		return "a map"
	}
	return "a value of another type"
}

// whole reports whether a number has no fraction.
func whole(v cty.Value) bool { return v.AsBigFloat().IsInt() }

// argument is one value on its way into a field.
type argument struct {
	*loader
	row    *Argument
	expr   hclsyntax.Expression
	source *Source
}

// literal is the expression as written.
func (a *argument) literal() hclsyntax.Expression {
	if c, ok := a.expr.(*charged); ok {
		return c.Expression
	}
	return a.expr
}

func (a *argument) wrong(at hcl.Range, detail string) { a.add(wrongType, at, detail) }

// bare matches a number-like word that was meant as text: a version, an address, a date, a size.
var bare = regexp.MustCompile(`^[0-9][\w.:/+-]*$`)

// unitOf matches the unit in the example of an argument that needs one: a size, a duration.
var unitOf = regexp.MustCompile(`^"[0-9]+([A-Za-z]+)"$`)

// minor matches a version without its patch, release the example of an argument that takes full versions.
var (
	minor   = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	release = regexp.MustCompile(`^"v?[0-9]+\.[0-9]+\.[0-9]+"$`)
)

// asText returns a value as text, which it must already be: converting would drop zeros from numbers and turn dates into differences.
func (a *argument) asText(v cty.Value, at hcl.Range, what string) (string, bool) {
	if v.Type() == cty.String {
		return v.AsString(), true
	}
	source := a.text(at)
	switch {
	case v.Type() == cty.Number && minor.MatchString(source) && release.MatchString(a.row.Example) && !a.prepared:
		return source, true // quoting would not fix it: package plan, which rejects it, knows the releases
	case v.Type() == cty.Number && bare.MatchString(source):
		why := ""
		switch {
		case strings.Contains(source, "."):
			why = ", which loses zeros: 1.30 and 1.3 are the same number"
		case strings.ContainsAny(source[1:], "+-/"):
			why = ": the result of a calculation"
		}
		fix := strconv.Quote(source)
		if unit := unitOf.FindStringSubmatch(a.row.Example); unit != nil && whole(v) {
			why, fix = " without a unit", strconv.Quote(source+unit[1])
		}
		if what == a.row.Name && a.row.Type == Text {
			fix = what + " = " + fix
		}
		a.wrong(at, fmt.Sprintf("%s is a string, and %s is a number%s. Write it in quotes: %s.", what, source, why, fix))
	case v.Type() == cty.Number && whole(v):
		a.wrong(at, fmt.Sprintf("%s is a string, and this is a number. Write the value in quotes where it comes from.", what))
	case v.Type() == cty.Number:
		a.wrong(at, fmt.Sprintf("%s is a string, and this is a number, which loses zeros: 1.30 and 1.3 are the same number. "+
			"Write the value in quotes where it comes from.", what))
	default:
		a.wrong(at, fmt.Sprintf("%s is a string, and this is %s. Write %s.", what, describe(v), a.sample()))
	}
	return "", false
}

// sample is an example of the argument.
func (a *argument) sample() string {
	if len(a.row.Enum) > 0 && a.row.Type == Text {
		return fmt.Sprintf("for instance %s = %q", a.row.Name, a.row.Enum[0])
	}
	if a.row.Example == "" {
		return "another value"
	}
	return fmt.Sprintf("for instance %s = %s", a.row.Name, a.row.Example)
}

// enum checks a word against the argument's closed set.
func (a *argument) enum(word string, at hcl.Range) bool {
	if len(a.row.Enum) == 0 || slices.Contains(a.row.Enum, word) {
		return true
	}
	a.unknownWord(a.row.Name, word, a.row.Enum, at)
	return false
}

// elsewhere maps other tools' words, folded, to ours in closed sets.
var elsewhere = map[string]string{
	"master": "control-plane", "controller": "control-plane", "server": "control-plane", "manager": "control-plane",
	"agent": "worker", "minion": "worker", "compute": "worker", "node": "worker",
	"lb": "load-balancer", "balancer": "load-balancer", "proxy": "load-balancer",
	"singlenode": "all-in-one", "standalone": "all-in-one", "aio": "all-in-one", "ha": "multi-etcd-multi-master",
}

// unknownWord reports a word that is not in a closed set.
func (l *loader) unknownWord(what, word string, known []string, at hcl.Range) {
	detail := fmt.Sprintf("%s is %q, which is unknown.", what, word)
	meant := l.near(word, known)
	if ours := elsewhere[spelling.Fold(word)]; slices.Contains(known, ours) {
		meant = ours
	}
	if meant != "" {
		detail += fmt.Sprintf(" Did you mean %q?", meant)
	}
	l.add(unknownValue, at, detail+fmt.Sprintf(" It must be one of %s.", sentence(quoted(known), "or")))
}

// asInt returns an integer; text with an integer, as from -var, is accepted.
func (a *argument) asInt(v cty.Value) (int, bool) {
	at := a.expr.Range()
	if v.Type() == cty.String {
		if n, err := strconv.Atoi(v.AsString()); err == nil {
			return n, true
		}
	}
	if v.Type() != cty.Number {
		a.wrong(at, fmt.Sprintf("%s must be an integer, and this is %s. Write %s.", a.row.Name, describe(v), a.sample()))
		return 0, false
	}
	if !whole(v) {
		a.wrong(at, fmt.Sprintf("%s must be an integer, and this has a fraction. Write %s.", a.row.Name, a.sample()))
		return 0, false
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact || int64(int(n)) != n {
		a.wrong(at, fmt.Sprintf("%s is too large. Write %s.", a.row.Name, a.sample()))
		return 0, false
	}
	return int(n), true
}

// asBool returns a bool; the texts "true" and "false", as from -var, are accepted.
func (a *argument) asBool(v cty.Value, at hcl.Range, what string) (value, ok bool) {
	switch {
	case v.Type() == cty.Bool:
		return v.True(), true
	case v.Type() == cty.String && v.AsString() == "true":
		return true, true
	case v.Type() == cty.String && v.AsString() == "false":
		return false, true
	}
	a.wrong(at, fmt.Sprintf("%s is a boolean, and this is %s. Write %s.", what, describe(v), a.sample()))
	return false, false
}

// asTexts returns a list of strings. Null elements count as not written.
func (a *argument) asTexts(v cty.Value) ([]string, bool) {
	ty := v.Type()
	if !ty.IsListType() && !ty.IsSetType() && !ty.IsTupleType() {
		detail := fmt.Sprintf("%s is a list of strings, and this is %s.", a.row.Name, describe(v))
		if source := a.text(a.expr.Range()); ty == cty.String && len(source) < 60 && source != "" {
			detail += fmt.Sprintf(" Put it in brackets: %s = [%s].", a.row.Name, source)
		} else {
			detail += fmt.Sprintf(" Write %s.", a.sample())
		}
		a.wrong(a.expr.Range(), detail)
		return nil, false
	}
	texts, ok := make([]string, 0, v.LengthInt()), true
	list, writtenOut := a.literal().(*hclsyntax.TupleConsExpr)
	var places []hcl.Range
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		_, element := it.Element()
		if element.IsNull() || !element.IsKnown() {
			continue
		}
		at := a.expr.Range()
		if writtenOut {
			at = list.Exprs[i].Range()
		}
		text, good := a.asText(element, at, "Each element of "+a.row.Name)
		if good = good && a.enum(text, at); !good {
			ok = false
			continue
		}
		texts = append(texts, text)
		if writtenOut {
			places = append(places, at)
		}
	}
	if writtenOut {
		a.source.elements[a.row.Name] = places
	}
	return texts, ok
}

// entries walks a map in key order. Null entries count as not written.
func (a *argument) entries(v cty.Value, each func(key string, v cty.Value) bool) bool {
	if ty := v.Type(); !ty.IsMapType() && !ty.IsObjectType() {
		a.wrong(a.expr.Range(), fmt.Sprintf("%s is a %s, and this is %s. Write %s.", a.row.Name, a.row.Type, describe(v), a.sample()))
		return false
	}
	if object, ok := a.literal().(*hclsyntax.ObjectConsExpr); ok {
		places := make(map[string]entry, len(object.Items))
		for _, item := range object.Items {
			if k, known := literalKey(item.KeyExpr); known {
				places[k] = entry{item.KeyExpr.Range(), item.ValueExpr.Range()}
			}
		}
		a.source.entries[a.row.Name] = places
	}
	ok := true
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if !element.IsNull() && element.IsKnown() {
			ok = each(key.AsString(), element) && ok
		}
	}
	return ok
}

// asTextMap returns a map of strings. Integers and bools are accepted too, because their text is unambiguous.
func (a *argument) asTextMap(v cty.Value) (map[string]string, bool) {
	texts := map[string]string{}
	ok := a.entries(v, func(key string, v cty.Value) bool {
		text, good := a.asWord(v, key)
		if good {
			texts[key] = text
		}
		return good
	})
	return texts, ok
}

// asWord returns the value at a key of a map.
func (a *argument) asWord(v cty.Value, key string) (string, bool) {
	switch {
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True()), true
	case v.Type() == cty.Number && whole(v) && sensible(v):
		return v.AsBigFloat().Text('f', 0), true
	}
	return a.asText(v, a.source.Value(a.row.Name, key), fmt.Sprintf("The value of %q in %s", key, a.row.Name))
}

// asFlagMap returns the values of flags by name: one, or those of a list in order. An empty list counts as not written.
func (a *argument) asFlagMap(v cty.Value) (map[string][]string, bool) {
	flags := map[string][]string{}
	ok := a.entries(v, func(key string, v cty.Value) bool {
		if ty := v.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
			text, good := a.asWord(v, key)
			if good {
				flags[key] = []string{text}
			}
			return good
		}
		every := true
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			if element.IsNull() || !element.IsKnown() {
				continue
			}
			text, good := a.asWord(element, key)
			if good {
				flags[key] = append(flags[key], text)
			}
			every = every && good
		}
		return every
	})
	return flags, ok
}

// asBoolMap returns a map of bools.
func (a *argument) asBoolMap(v cty.Value) (map[string]bool, bool) {
	bools := map[string]bool{}
	ok := a.entries(v, func(key string, v cty.Value) bool {
		b, good := a.asBool(v, a.source.Value(a.row.Name, key), fmt.Sprintf("The value of %q in %s", key, a.row.Name))
		if good {
			bools[key] = b
		}
		return good
	})
	return bools, ok
}
