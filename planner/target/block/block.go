// Package block reads the block of a target against the plan: the target's schema says what can be written (package spec decodes it), and
// what the target makes of the values is said here, each mistake at its argument.
//
// The package is internal to k8splan and makes no compatibility promise.
package block

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// Written is the struct of a target's block: it embeds *spec.Source, which says where each argument stands.
type Written interface {
	Attr(name string) hcl.Range
	Has(name string) bool
}

// Reader checks the block of a target against the plan, and gathers what is wrong.
type Reader struct {
	Diags     hcl.Diagnostics
	header    hcl.Range
	written   Written
	malformed *rule.Rule
	said      map[hcl.Range]bool // by SayOnce
}

// Read decodes the body into a struct by the target's schema. ok is false if it could not; that something is missing is said, and keeps
// the author from seeing the rest. malformed is the target's rule for values that it cannot take.
func Read(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into Written, malformed *rule.Rule) (r *Reader, ok bool) {
	r = &Reader{header: p.Target.Block(), written: into, malformed: malformed, Diags: spec.Decode(body, ctx, schema, into)}
	return r, !slices.ContainsFunc(r.Diags, func(d *hcl.Diagnostic) bool { return rule.ID(d) != "missing-argument" })
}

// Open is Read for a target that looks at nothing where the block has any mistake, and that may be without a block.
func Open(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into Written, malformed *rule.Rule) (r *Reader, ok bool) {
	r, _ = Read(p, body, ctx, schema, into, malformed)
	return r, !r.Diags.HasErrors()
}

// At is the range of an argument's value, or of the block's header where it was not written.
func (r *Reader) At(name string) hcl.Range {
	if r.Has(name) {
		return r.written.Attr(name)
	}
	return r.header
}

// Has reports whether the argument was written.
func (r *Reader) Has(name string) bool { return r.written.Has(name) }

// Say adds a diagnostic.
func (r *Reader) Say(broken *rule.Rule, at hcl.Range, format string, args ...any) {
	r.Diags = append(r.Diags, broken.Diagnostic(at, fmt.Sprintf(format, args...)))
}

// SayOnce adds a diagnostic where SayOnce has added none at that place: the nodes of a pool have one place between them.
func (r *Reader) SayOnce(broken *rule.Rule, at hcl.Range, format string, args ...any) {
	if r.said[at] {
		return
	}
	if r.said == nil {
		r.said = map[hcl.Range]bool{}
	}
	r.said[at] = true
	r.Say(broken, at, format, args...)
}

// Match reads an argument that must look like the pattern; what is the sentence that asks for it. One that is not written gives "".
func (r *Reader) Match(name, written string, pattern *regexp.Regexp, what string) string {
	if !r.Has(name) {
		return ""
	}
	if !pattern.MatchString(written) {
		r.Say(r.malformed, r.At(name), "%s is %q. %s", name, written, what)
		return ""
	}
	return written
}

// Word reads an argument that may be left out and must look like the pattern; what is what to write.
func (r *Reader) Word(name string, written *string, otherwise string, pattern *regexp.Regexp, what string) string {
	if written == nil {
		return otherwise
	}
	if !pattern.MatchString(*written) {
		r.Say(r.malformed, r.At(name), "%s is %q. Write %s.", name, *written, what)
	}
	return *written
}

// Ranges reads an argument that is a list of ranges of IPv4 addresses. A mistake is said, and left out.
func (r *Reader) Ranges(name string, texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		prefix, ok := Prefix4(text)
		if !ok {
			r.Say(r.malformed, r.At(name), "%s holds %q, %s", name, text, NoPrefix4(text, `Write "203.0.113.0/24".`))
			continue
		}
		out = append(out, prefix)
	}
	return out
}

// Range reads an argument that is a range of IPv4 addresses; what is the sentence that asks for it. ok is false if it is not written.
func (r *Reader) Range(name, written, what string) (prefix netip.Prefix, ok bool) {
	if !r.Has(name) {
		return netip.Prefix{}, false
	}
	if prefix, ok = Prefix4(written); !ok {
		r.Say(r.malformed, r.At(name), "%s is %q, %s", name, written, NoPrefix4(written, what))
		return netip.Prefix{}, false
	}
	return prefix, true
}

// Prefix4 reads a range of IPv4 addresses that begins at its first one.
func Prefix4(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	return prefix, err == nil && prefix == prefix.Masked() && prefix.Addr().Is4()
}

// NoPrefix4 says why a text is not a range of IPv4 addresses, as the end of a sentence, and what to write; instead says that where it
// cannot be told from the text.
func NoPrefix4(text, instead string) string {
	if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Addr().Is4() && prefix != prefix.Masked() {
		return fmt.Sprintf("whose address is not the first of the range. Write %q.", prefix.Masked())
	}
	return "which is no range of IPv4 addresses. " + instead
}

// Value is what a pointer leads to, or a default where nothing was written.
func Value[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// Says ends a sentence about a node with what its argument says: `says "rack-a"`, or `has none`.
func Says(value string) string {
	if value == "" {
		return "has none"
	}
	return fmt.Sprintf("says %q", value)
}
