package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// a single global switch for all assertions, and the complaint of its users
const waiverThread = "https://github.com/kubernetes-sigs/kubespray/issues/12013"

// The rules about waivers are not in Rules, because they judge what the others found. None can be waived.
var (
	waiverUnknown = &rule.Rule{
		ID: "waiver-unknown-rule", Severity: rule.Error, Title: "Waiver of an unknown rule", Permanent: true,
		Doc:     "A waiver names one rule by its ID. With an unknown ID it has no effect, and the finding remains.",
		Fix:     "Write the ID from the end of the finding. `k8splan explain` lists all IDs.",
		Sources: []string{waiverThread},
	}
	waiverPermanent = &rule.Rule{
		ID: "waiver-not-allowed", Severity: rule.Error, Title: "Waiver of a rule that cannot be waived", Permanent: true,
		Doc: "Some rules protect data or the installation itself: the cluster would not start, or the file cannot be read. Waiving such " +
			"a rule would only move the failure from this file to the machines.",
		Fix:     "Fix what the rule finds, and remove the waiver.",
		Sources: []string{waiverThread},
	}
	waiverRepeated = &rule.Rule{
		ID: "waiver-repeated", Severity: rule.Error, Title: "Duplicate waiver", Permanent: true,
		Doc:     "Two waivers of one rule can have different reasons and expiry dates, and readers cannot tell which one applies.",
		Fix:     "Keep one waiver for each rule.",
		Sources: []string{waiverThread},
	}
	waiverReason = &rule.Rule{
		ID: "waiver-without-reason", Severity: rule.Error, Title: "Waiver without a reason", Permanent: true,
		Doc:     "A waiver is a decision that others need to understand later. Its reason is shown with the finding every time.",
		Fix:     "Write `reason = \"…\"`: why the finding is acceptable here, and until when.",
		Sources: []string{waiverThread},
	}
	waiverExpired = &rule.Rule{
		ID: "waiver-expired", Severity: rule.Warning, Title: "Expired waiver", Permanent: true, Dated: true,
		Doc: "The date in `expires` has passed: the rule applies again. An expired waiver in the file looks as if it were still " +
			"valid.",
		Fix:     "Fix what the rule finds and remove the waiver, or set a later date and explain it in the reason.",
		Sources: []string{waiverThread},
	}
	waiverUnused = &rule.Rule{
		ID: "waiver-unused", Severity: rule.Warning, Title: "Unused waiver", Permanent: true, Dated: true,
		Doc:     "The rule finds nothing in this design. A leftover waiver would hide the finding if it comes back.",
		Fix:     "Remove the waiver.",
		Sources: []string{waiverThread},
	}

	waiverRules = []*rule.Rule{waiverUnknown, waiverPermanent, waiverRepeated, waiverReason, waiverExpired, waiverUnused}
)

// RequireSurvive represents what the command line requires of a design, after all other checks. It is listed here because waivers can name
// it.
var RequireSurvive = &rule.Rule{
	ID: "require-survive", Severity: rule.Error, Title: "Requirement not met",
	Doc: "The command line says what the cluster must survive (`validate --require survive=1-node`). A pipeline can then reject a " +
		"design that would lose more than its owner accepts. A cluster survives if etcd accepts writes, the API answers at its " +
		"endpoint, new pods are scheduled, and workers are left to run them.",
	Fix: "Add what the finding says is missing: etcd members, control planes, load balancers, or workers, in other failure domains or " +
		"on other hypervisors. `k8splan simulate` shows every failure and its remedy.",
	Sources: []string{
		"https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/",
		"https://etcd.io/docs/v3.6/op-guide/failures/",
	},
}

// Waiver returns the waiver of a rule that is in force on a date, nil if there is none. With the zero time, no waiver has expired.
func Waiver(p *plan.Plan, r *rule.Rule, today time.Time) *plan.Waiver {
	for i := range p.Waivers {
		if w := &p.Waivers[i]; w.Rule == r.ID && !r.Permanent && strings.TrimSpace(w.Reason) != "" && !expired(w, today) {
			return w
		}
	}
	return nil
}

func expired(w *plan.Waiver, today time.Time) bool {
	return !w.Expires.IsZero() && !today.IsZero() && !today.Before(w.Expires)
}

// Waive applies a design's waivers to the findings of all stages: a waived finding becomes a note (see Waived), and problems of the waivers
// themselves are added. catalog lists all rules. Expiry is compared with today, which comes from the command, because nothing under
// planner/ reads a clock. With the zero time, expiry is not checked.
func Waive(p *plan.Plan, diags hcl.Diagnostics, catalog []*rule.Rule, today time.Time) hcl.Diagnostics {
	if len(p.Waivers) == 0 {
		return diags
	}
	rules := make(map[string]*rule.Rule, len(catalog))
	for _, r := range catalog {
		rules[r.ID] = r
	}
	found := map[string]bool{}
	for i, d := range diags {
		id := rule.ID(d)
		found[id] = true
		if r := rules[id]; r != nil {
			if w := Waiver(p, r, today); w != nil {
				diags[i] = rule.Waive(d, w.Reason)
			}
		}
	}
	return append(diags, judgeWaivers(p, rules, found, today)...)
}

// judgeWaivers reports at most one problem per waiver. found names the rules that have findings.
func judgeWaivers(p *plan.Plan, rules map[string]*rule.Rule, found map[string]bool, today time.Time) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[string]*plan.Waiver{}
	for i := range p.Waivers {
		w := &p.Waivers[i]
		say := func(broken *rule.Rule, at hcl.Range, format string, args ...any) {
			diags = append(diags, broken.Diagnostic(at, fmt.Sprintf(format, args...)))
		}
		earlier := first[w.Rule]
		if earlier == nil {
			first[w.Rule] = w
		}
		switch r := rules[w.Rule]; {
		case r == nil:
			meant := ""
			if len(diags) < mostAdvised {
				meant = spelling.DidYouMean(w.Rule, waivable(rules))
			}
			say(waiverUnknown, w.RuleRange, "No rule is called %q.%s", w.Rule, meant)
		case r.Permanent:
			say(waiverPermanent, w.RuleRange,
				"The rule %s applies to every design and cannot be waived. Fix what it finds, and remove the waiver.", w.Rule)
		case earlier != nil:
			say(waiverRepeated, w.RuleRange, "%s is already waived on %s. Keep one of the two waivers.", w.Rule, line(earlier.RuleRange))
		case strings.TrimSpace(w.Reason) == "":
			say(waiverReason, w.Block(), "The waiver of %s has no reason, so it does not apply. Write why the finding is "+
				"acceptable here: reason = \"…\".", w.Rule)
		case expired(w, today):
			say(waiverExpired, w.Attr("expires"),
				"The waiver of %s ended on %s. The rule applies again. Fix what it finds and remove the waiver, or set a later "+
					"date.", w.Rule, w.Expires.Format(time.DateOnly))
		case p.Described() && unjudged(w.Rule): // the rule did not run
		case !found[w.Rule] && r != RequireSurvive: // only the command knows whether that rule applies
			diags = append(diags, UnusedWaiver(w))
		}
	}
	return diags
}

// UnusedWaiver returns the diagnostic for a waiver whose rule has no findings.
func UnusedWaiver(w *plan.Waiver) *hcl.Diagnostic {
	return waiverUnused.Diagnostic(w.RuleRange, fmt.Sprintf("%s finds nothing in this design. Remove the waiver: it would hide the "+
		"finding if it comes back.", w.Rule))
}

// waivable lists the IDs that a waiver can name.
func waivable(rules map[string]*rule.Rule) []string {
	var ids []string
	for id, r := range rules {
		if !r.Permanent {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
