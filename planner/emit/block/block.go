// Package block decodes the body of a target block for the package of a target: known arguments into a struct, everything else into
// diagnostics with the place and, where a near one exists, the name that was meant.
package block

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"

	"github.com/k8splan/k8splan/planner/rule"
)

// Arguments holds where each argument of a decoded block was written.
type Arguments struct {
	block  hcl.Range
	ranges map[string]hcl.Range
}

// At is the range of an argument's value, or of the block's header where it was not written.
func (a Arguments) At(name string) hcl.Range {
	if r, ok := a.ranges[name]; ok {
		return r
	}
	return a.block
}

// Has reports whether the argument was written.
func (a Arguments) Has(name string) bool {
	_, ok := a.ranges[name]
	return ok
}

// Decode reads a body into a struct with gohcl's tags. header is the range of the block, and malformed the target's rule for arguments
// that are unknown or of the wrong type. A nil body, where no block was written, decodes as an empty one.
func Decode(header hcl.Range, body hcl.Body, ctx *hcl.EvalContext, into any, malformed *rule.Rule) (Arguments, hcl.Diagnostics) {
	a := Arguments{block: header, ranges: map[string]hcl.Range{}}
	if body == nil {
		body = hcl.EmptyBody()
	}
	schema, _ := gohcl.ImpliedBodySchema(into)
	content, rest, _ := body.PartialContent(schema)
	var diags hcl.Diagnostics
	for _, attr := range content.Attributes {
		a.ranges[attr.Name] = attr.Expr.Range()
	}
	unknown, _ := rest.JustAttributes()
	var names []string
	for _, known := range schema.Attributes {
		names = append(names, known.Name)
	}
	for _, attr := range unknown {
		detail := fmt.Sprintf("The target takes no argument %q.", attr.Name)
		if near := Nearest(attr.Name, names); near != "" {
			detail += fmt.Sprintf(" Did you mean %q?", near)
		} else if len(names) > 0 {
			slices.Sort(names)
			detail += " It takes " + strings.Join(names, ", ") + "."
		}
		diags = append(diags, malformed.Diagnostic(attr.NameRange, detail))
	}
	if diags.HasErrors() {
		return a, diags
	}
	return a, malformed.Tag(gohcl.DecodeBody(body, ctx, into))
}

// Reader reads the block of a target, and gathers what is wrong.
type Reader struct {
	At        Arguments
	Diags     hcl.Diagnostics
	malformed *rule.Rule
}

// Read decodes the body as Decode does. ok is false where it could not.
func Read(header hcl.Range, body hcl.Body, ctx *hcl.EvalContext, into any, malformed *rule.Rule) (r *Reader, ok bool) {
	r = &Reader{malformed: malformed}
	r.At, r.Diags = Decode(header, body, ctx, into, malformed)
	return r, !r.Diags.HasErrors()
}

// Say adds a diagnostic.
func (r *Reader) Say(broken *rule.Rule, at hcl.Range, format string, args ...any) {
	r.Diags = append(r.Diags, broken.Diagnostic(at, fmt.Sprintf(format, args...)))
}

// Match reads an argument that must be written and look like the pattern; what is the sentence that asks for it.
func (r *Reader) Match(name string, written *string, pattern *regexp.Regexp, what string) string {
	if written == nil || !pattern.MatchString(*written) {
		r.Say(r.malformed, r.At.At(name), "%s", what)
		return ""
	}
	return *written
}

// Ranges reads an argument that is a list of ranges of IPv4 addresses. A mistake is said, and left out.
func (r *Reader) Ranges(name string, texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		prefix, ok := Prefix4(text)
		if !ok {
			r.Say(r.malformed, r.At.At(name), "%s holds %q, which is no range of IPv4 addresses. Write \"203.0.113.0/24\".", name, text)
			continue
		}
		out = append(out, prefix)
	}
	return out
}

// Prefix4 reads a range of IPv4 addresses that begins at its first one.
func Prefix4(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	return prefix, err == nil && prefix == prefix.Masked() && prefix.Addr().Is4()
}

// Nearest is the candidate that a misspelt name most likely meant, "" if none is near.
func Nearest(name string, candidates []string) string {
	best, distance := "", min(3, len(name)/3+1)
	for _, c := range candidates {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(c), nil); d < distance || d == distance && best == "" {
			best, distance = c, d
		}
	}
	return best
}

// Value is what a pointer leads to, or a default where nothing was written.
func Value[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}
