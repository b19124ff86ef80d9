// Package rule defines what every stage reports when the author made a mistake: a named rule, and the diagnostic built from it.
//
// The package is internal to k8splan and makes no compatibility promise.
package rule

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Severity says how bad it is to break a rule.
type Severity int

const (
	// Error: the cluster will not install, or will lose data. Nothing is generated.
	Error Severity = iota
	// Warning: the cluster installs, but will cause problems later.
	Warning
)

func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Rule describes a mistake: what it is, why it matters, and what to write instead.
type Rule struct {
	ID       string // words joined by hyphens, area first: "etcd-even-members"; never renamed or reused
	Severity Severity
	Title    string   // the diagnostic's summary: a noun phrase, capitalized, no period
	Doc      string   // why it matters: one paragraph
	Fix      string   // what to write instead: one or two sentences, or an HCL fragment
	Sources  []string // where the fact comes from: URLs of upstream pages, threads, or files
	// Permanent rules protect data or the installation itself; `waive` does not apply to them.
	Permanent bool
	// Dated rules depend on the current date: the same design can break them on one day and not on another.
	Dated bool
	// Discreet rules put no values in their details, so nothing in them has to be hidden if a sensitive variable is read.
	Discreet bool
}

// areas are the parts of a design that rules are about: the first words of rule IDs.
var areas = []string{
	"addon", "artifact", "availability", "capacity", "certificate", "cloud", "component", "control-plane", "endpoint", "etcd", "host",
	"hypervisor", "load-balancer", "machine",
	"network", "node", "registry", "scheduler", "secret", "site", "ssh", "target", "topology", "version", "waiver",
}

// Language is the area of the rules that apply to any design: names, values, syntax.
const Language = "language"

// Area is the part of the design that the rule is about: the first word or two of its ID, or Language.
func (r *Rule) Area() string {
	for _, area := range areas {
		if strings.HasPrefix(r.ID, area+"-") {
			return area
		}
	}
	return Language
}

// extra carries a rule's ID, and the reason of a waiver, inside hcl.Diagnostic.
type extra struct {
	id     string
	dated  bool
	waived bool
	reason string
	advice string // the end of the detail, which suggests something unused in the design
}

// Diagnostic reports that the rule is broken at a place. detail is sentences: what is wrong, why it matters, what to write instead.
func (r *Rule) Diagnostic(at hcl.Range, detail string) *hcl.Diagnostic {
	severity := hcl.DiagError
	if r.Severity == Warning {
		severity = hcl.DiagWarning
	}
	return &hcl.Diagnostic{Severity: severity, Summary: r.Title, Detail: detail, Subject: &at, Extra: extra{id: r.ID, dated: r.Dated}}
}

// Advise appends a sentence to a diagnostic that suggests something unused in the design, such as free addresses. advice starts with a
// space.
func Advise(d *hcl.Diagnostic, advice string) {
	e, _ := d.Extra.(extra)
	e.advice = advice
	d.Detail += advice
	d.Extra = e
}

// Advice splits a diagnostic's detail into the part before the advice and the advice.
func Advice(d *hcl.Diagnostic) (detail, advice string) {
	e, _ := d.Extra.(extra)
	return strings.TrimSuffix(d.Detail, e.advice), e.advice
}

// Waive turns a diagnostic into that of a waived finding: a warning that says so, because HCL has no lower severity.
func Waive(d *hcl.Diagnostic, reason string) *hcl.Diagnostic {
	waived := *d
	waived.Severity = hcl.DiagWarning
	waived.Extra = extra{id: ID(d), dated: Dated(d), waived: true, reason: reason}
	return &waived
}

// WaiverReason returns why the author waived the finding; ok is false if it was not waived.
func WaiverReason(d *hcl.Diagnostic) (reason string, ok bool) {
	e, _ := d.Extra.(extra)
	return e.reason, e.waived
}

// Tag sets the rule's ID on diagnostics that a library created (HCL's parser and evaluator), unless they already have one.
func (r *Rule) Tag(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if ID(d) == "" {
			d.Extra = extra{id: r.ID, dated: r.Dated}
		}
	}
	return diags
}

// ID returns the ID of the rule that a diagnostic belongs to, "" if it has none.
func ID(d *hcl.Diagnostic) string {
	e, _ := d.Extra.(extra)
	return e.id
}

// Dated reports whether the rule of a diagnostic depends on the current date.
func Dated(d *hcl.Diagnostic) bool {
	e, _ := d.Extra.(extra)
	return e.dated
}

// Sort orders diagnostics by file, place, ID, and detail: HCL's decoder reports in random map order.
func Sort(diags hcl.Diagnostics) {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		ar, br := subject(a), subject(b)
		for _, c := range []int{compare(ar.Filename, br.Filename), ar.Start.Byte - br.Start.Byte, int(a.Severity) - int(b.Severity),
			compare(ID(a), ID(b)), compare(a.Detail, b.Detail)} {
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
