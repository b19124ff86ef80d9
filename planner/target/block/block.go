// Package block checks a target's block against the plan. The target's schema defines what is allowed (package spec decodes it); this
// package reports mistakes in the values, each at its argument.
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

// Written is the struct of a target's block: it embeds *spec.Source, which records the position of each argument.
type Written interface {
	Attr(name string) hcl.Range
	Has(name string) bool
}

// Reader checks a target's block against the plan, and collects mistakes.
type Reader struct {
	Diags     hcl.Diagnostics
	header    hcl.Range
	written   Written
	malformed *rule.Rule
	said      map[hcl.Range]bool // by SayOnce
}

// Read decodes the body into a struct by the target's schema. ok is false if that failed; a missing argument is reported and does not hide
// the other mistakes. malformed is the target's rule for invalid values.
func Read(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into Written, malformed *rule.Rule) (r *Reader, ok bool) {
	r = &Reader{header: p.Target.Block(), written: into, malformed: malformed, Diags: spec.Decode(body, ctx, schema, into)}
	return r, !slices.ContainsFunc(r.Diags, func(d *hcl.Diagnostic) bool { return rule.ID(d) != "missing-argument" })
}

// Open is Read for a target that stops if the block has any mistake, and whose block is optional.
func Open(p *plan.Plan, body hcl.Body, ctx *hcl.EvalContext, schema *spec.Block, into Written, malformed *rule.Rule) (r *Reader, ok bool) {
	r, _ = Read(p, body, ctx, schema, into, malformed)
	return r, !r.Diags.HasErrors()
}

// At returns the range of an argument's value, or of the block's header if it is not set.
func (r *Reader) At(name string) hcl.Range {
	if r.Has(name) {
		return r.written.Attr(name)
	}
	return r.header
}

// Has reports whether the argument is set.
func (r *Reader) Has(name string) bool { return r.written.Has(name) }

// Say adds a diagnostic.
func (r *Reader) Say(broken *rule.Rule, at hcl.Range, format string, args ...any) {
	r.Diags = append(r.Diags, broken.Diagnostic(at, fmt.Sprintf(format, args...)))
}

// SayOnce adds a diagnostic unless SayOnce has already added one at that range: the nodes of a pool share a range.
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

// Match reads an argument that must match the pattern; what is a sentence on what to write. It returns "" if the argument is not set.
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

// Word reads an optional argument that must match the pattern; what describes what to write.
func (r *Reader) Word(name string, written *string, otherwise string, pattern *regexp.Regexp, what string) string {
	if written == nil {
		return otherwise
	}
	if !pattern.MatchString(*written) {
		r.Say(r.malformed, r.At(name), "%s is %q. Write %s.", name, *written, what)
	}
	return *written
}

// Ranges reads an argument that is a list of IPv4 ranges. A mistake is reported and skipped.
func (r *Reader) Ranges(name string, texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		prefix, ok := Prefix4(text)
		if !ok {
			r.Say(r.malformed, r.At(name), "%s contains %q, %s", name, text, NoPrefix4(text, `Write "203.0.113.0/24".`))
			continue
		}
		out = append(out, prefix)
	}
	return out
}

// Range reads an argument that is an IPv4 range; what is a sentence on what to write. ok is false if it is not set.
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

// Prefix4 parses an IPv4 range that begins at its first address.
func Prefix4(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	return prefix, err == nil && prefix == prefix.Masked() && prefix.Addr().Is4()
}

// NoPrefix4 explains why a text is not an IPv4 range, as the end of a sentence, and what to write; instead is the advice if none follows
// from the text.
func NoPrefix4(text, instead string) string {
	if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Addr().Is4() && prefix != prefix.Masked() {
		return fmt.Sprintf("whose address is not the first of the range. Write %q.", prefix.Masked())
	}
	return "which is not a range of IPv4 addresses. " + instead
}

// Value returns what a pointer points to, or a default for nil.
func Value[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// Says ends a sentence about a node with its argument's value: `has "rack-a"`, or `has none`.
func Says(value string) string {
	if value == "" {
		return "has none"
	}
	return fmt.Sprintf("has %q", value)
}
