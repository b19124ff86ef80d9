package spec

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// varFilename is the file name in diagnostics of ParseVar.
const varFilename = "-var"

// ParseVar parses one -var, name=value. The value stays text; Load converts it to what the variable's type or default requires, including
// numbers and lists. Diagnostics point into the text, under varFilename.
func ParseVar(text string) (name string, value cty.Value, diags hcl.Diagnostics) {
	l := &loader{filename: varFilename, src: []byte(text)}
	if d := checkUTF8(varFilename, l.src); d != nil {
		return "", cty.NilVal, hcl.Diagnostics{d}
	}
	name, raw, ok := strings.Cut(text, "=")
	trimmed := strings.TrimSpace(name)
	end := hcl.Pos{Line: 1, Column: len([]rune(name)) + 1, Byte: len(name)}
	at := hcl.Range{Filename: varFilename, Start: hcl.InitialPos, End: end}
	switch {
	case !ok:
		return "", cty.NilVal,
			hcl.Diagnostics{invalidVariable.Diagnostic(at, fmt.Sprintf("%q has no equals sign. Write -var name=value.", text))}
	case !hclsyntax.ValidIdentifier(trimmed):
		return "", cty.NilVal, hcl.Diagnostics{invalidVariable.Diagnostic(at, fmt.Sprintf("%q is not a variable name. A name consists of "+
			"letters, digits, _, and -, and begins with a letter or _. Write -var name=value.", trimmed))}
	}
	return trimmed, cty.StringVal(raw), nil
}

// ParseVarFile parses a -var-file: only arguments, whose values read no names and call no functions. It returns the values of valid
// arguments together with diagnostics for the others.
func ParseVarFile(filename string, src []byte) (map[string]cty.Value, hcl.Diagnostics) {
	values := map[string]cty.Value{}
	l := &loader{filename: filename, src: src, work: &budget{left: maxWork}}
	how, refusal := guard(filename, src)
	if refusal != nil {
		return values, hcl.Diagnostics{refusal}
	}
	body, diags := parse(filename, src[:how.end], nil)
	if l.syntax(diags); l.broken {
		return values, l.finish()
	}
	for _, block := range body.Blocks {
		l.add(invalidVariable, block.TypeRange,
			"A file for -var-file has no blocks. Write name = value; the topology goes into its own file.")
	}
	for _, attr := range inOrder(body.Attributes) {
		if !l.simple(attr.Expr) {
			continue
		}
		if v, ok := l.evaluate(attr.Expr, nil); ok {
			values[attr.Name] = v
		}
	}
	return values, l.finish()
}

// simple rejects calls: a value from outside must be visible as written.
func (l *loader) simple(expr hclsyntax.Expression) bool {
	ok := true
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		if call, is := node.(*hclsyntax.FunctionCallExpr); is && ok {
			ok = false
			l.add(invalidVariable, call.Range(),
				fmt.Sprintf("%s(…) is a function call, and a file for -var-file has only literal values. Call the function in the "+
					"topology's locals.", call.Name))
		}
		return nil
	})
	return ok
}
