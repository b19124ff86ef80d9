package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// mostRounds limits how often a value that a supposed value brings up is itself supposed.
const mostRounds = 5

// MostSupposed is the maximum number of mistakes to work around. A file with more was written by a program.
const MostSupposed = 50

// whatIsMissing lists the unwritten arguments that a rule of package plan reports for a whole block.
var whatIsMissing = map[string][]string{"missing-address": {"address", "first_address"}, "missing-roles": {"roles"},
	"pool-size": {"count"}}

// ofNames are the rules about the name of a block. They apply whatever an unknown argument of the block was meant to be.
var ofNames = []string{"duplicate-name", "host-duplicate-name", "host-name-digits", "host-name-reserved", "invalid-name",
	"node-name-dots", "scheduler-name-taken"}

// Road is the stages from a file to the findings about its design.
type Road struct {
	Load    func() *spec.Spec // a new result each time
	Resolve func(*spec.Spec) (*plan.Plan, hcl.Diagnostics)
	Judge   func(*plan.Plan) hcl.Diagnostics // checks a plan against the rules
	Catalog []*rule.Rule
	Today   time.Time // see Waive
}

// Beside judges a design despite mistakes that prevent it from being read completely. first is what spec.Load found. Each unreadable value
// is replaced in several ways that have little in common. A finding that occurs in every way does not depend on the value: it stays true
// however the mistake is corrected, and is reported. All other findings wait until then. The file's waivers are then applied to the result.
//
// Nothing is reported at the place of a replaced value, so that no mistake is reported twice.
func Beside(first hcl.Diagnostics, road Road) hcl.Diagnostics {
	if len(first) > MostSupposed {
		return first
	}
	specs, plans := make([]*spec.Spec, spec.Supposed), make([]*plan.Plan, spec.Supposed)
	var at []hcl.Range
	for way := range specs {
		specs[way] = road.Load()
		at = specs[way].SupposeUnread(way)
	}
	at = append(at, specs[0].Strays()...)
	all := slices.Clone(first)
	for range mostRounds {
		found := common(at, road.Catalog, func(way int) (diags hcl.Diagnostics) {
			plans[way], diags = road.Resolve(specs[way])
			return append(diags, Lands(plans[way])...)
		})
		if len(found) > MostSupposed {
			return append(all, found...)
		}
		more := len(found) > 0
		for _, d := range found {
			missing := whatIsMissing[rule.ID(d)]
			if slices.Contains(landing, rule.ID(d)) && rule.ID(d) != versionWithoutData { // the target itself may be wrong
				target := plans[0].Target.NameRange
				for way, s := range specs {
					s.Suppose(target, nil, way)
				}
				at = append(at, target)
			}
			for way, s := range specs {
				whole, ok := s.Suppose(*d.Subject, missing, way)
				if !ok && len(missing) > 0 {
					whole, ok = s.Suppose(*d.Subject, nil, way)
				}
				if !ok {
					return append(all, found...)
				}
				if way == 0 && whole != (hcl.Range{}) {
					at = append(at, whole)
				}
			}
		}
		if all = append(all, found...); !more {
			break
		}
	}
	all = append(all, common(at, road.Catalog, func(way int) hcl.Diagnostics { return road.Judge(plans[way]) })...)
	return slices.DeleteFunc(Waive(plans[0], all, road.Catalog, road.Today), func(d *hcl.Diagnostic) bool {
		return rule.ID(d) == waiverUnused.ID // its rule may not have run
	})
}

// leading returns the sentences with which both texts begin. a consists of sentences.
func leading(a, b string) string {
	if strings.HasPrefix(b, a) {
		return a
	}
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:strings.LastIndex(a[:n], ". ")+1] // none at -1
}

// trailing returns the sentences with which both texts end.
func trailing(a, b string) string {
	if strings.HasSuffix(b, a) {
		return a
	}
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	if _, rest, ok := strings.Cut(a[len(a)-n:], ". "); ok {
		return rest
	}
	return ""
}

// common returns the findings that occur in every way, except those at replaced values. If the wording differs between the ways, it depends
// on the value: only the common first and last sentences are kept, or the rule's advice if there are none.
func common(at []hcl.Range, catalog []*rule.Rule, find func(way int) hcl.Diagnostics) hcl.Diagnostics {
	slices.SortFunc(at, func(a, b hcl.Range) int { return a.Start.Byte - b.Start.Byte })
	type found struct {
		ways, same, sameAdvice int
		detail, advice         string
		begin, end             string // the common sentences
	}
	var kept hcl.Diagnostics
	places := map[string]*found{}
	key := func(d *hcl.Diagnostic, nth int) string { return fmt.Sprint(rule.ID(d), d.Subject, nth) }
	keys := map[*hcl.Diagnostic]string{}
	for way := range spec.Supposed {
		times := map[string]int{}
		for _, d := range find(way) {
			ofName := d.Subject != nil && slices.Contains(ofNames, rule.ID(d)) && !slices.Contains(at, *d.Subject)
			if d.Subject == nil || overlapsAny(at, *d.Subject) && !ofName {
				continue
			}
			nth := times[key(d, 0)] // a place may have two mistakes
			times[key(d, 0)]++
			k := key(d, nth)
			detail, advice := rule.Advice(d)
			if way == 0 {
				kept, keys[d], places[k] = append(kept, d), k, &found{detail: detail, advice: advice, begin: detail, end: detail}
			}
			if f := places[k]; f != nil {
				f.ways++
				f.begin, f.end = leading(f.begin, detail), trailing(f.end, detail)
				if f.detail == detail {
					f.same++
				}
				if f.advice == advice {
					f.sameAdvice++
				}
			}
		}
	}
	return slices.DeleteFunc(kept, func(d *hcl.Diagnostic) bool {
		f := places[keys[d]]
		switch i := slices.IndexFunc(catalog, func(r *rule.Rule) bool { return r.ID == rule.ID(d) }); {
		case f.same < spec.Supposed && i >= 0:
			d.Detail = cmp.Or(strings.TrimSpace(f.begin+" "+f.end), catalog[i].Fix)
		case f.sameAdvice < spec.Supposed:
			d.Detail = f.detail // free addresses depend on the value
		}
		return f.ways < spec.Supposed
	})
}

// overlapsAny reports whether a range overlaps one of places, which are sorted by start.
func overlapsAny(places []hcl.Range, at hcl.Range) bool {
	for _, p := range places {
		if p.Start.Byte >= at.End.Byte {
			return false
		}
		if at.Start.Byte < p.End.Byte {
			return true
		}
	}
	return false
}
