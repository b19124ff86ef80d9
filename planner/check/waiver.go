package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const waiverThread = "https://github.com/kubernetes-sigs/kubespray/issues/12013" // one global switch for all assertions, and its users' complaint

// The rules about waivers are not in Rules: they judge what the others found. None of them can be waived.
var (
	waiverUnknown = &rule.Rule{
		ID: "waiver-unknown-rule", Severity: rule.Error, Title: "Waiver of an unknown rule", Permanent: true,
		Doc:     "A waiver names one rule by its ID. An ID that no rule has waives nothing, and the finding that it was meant for stands.",
		Fix:     "Write the ID that stands at the end of the finding. `k8splan explain` lists all IDs.",
		Sources: []string{waiverThread},
	}
	waiverPermanent = &rule.Rule{
		ID: "waiver-not-allowed", Severity: rule.Error, Title: "Waiver of a rule that cannot be waived", Permanent: true,
		Doc:     "Some rules guard data or the installation itself: the cluster would not come up, or the file cannot be understood. To waive such a rule would only move the failure from this file to the machines.",
		Fix:     "Mend what the rule finds, and remove the waiver.",
		Sources: []string{waiverThread},
	}
	waiverRepeated = &rule.Rule{
		ID: "waiver-repeated", Severity: rule.Error, Title: "Rule waived twice", Permanent: true,
		Doc:     "Two waivers of one rule can disagree about the reason and about the day on which they end, and the reader cannot tell which one holds.",
		Fix:     "Keep one waiver for each rule.",
		Sources: []string{waiverThread},
	}
	waiverReason = &rule.Rule{
		ID: "waiver-without-reason", Severity: rule.Error, Title: "Waiver without a reason", Permanent: true,
		Doc:     "A waiver is a decision that somebody else will meet later. Its reason is shown beside the finding each time.",
		Fix:     "Write `reason = \"…\"`: why the finding is acceptable here, and until when.",
		Sources: []string{waiverThread},
	}
	waiverExpired = &rule.Rule{
		ID: "waiver-expired", Severity: rule.Warning, Title: "Expired waiver", Permanent: true,
		Doc:     "The day in `expires` has come: the rule counts in full again. An expired waiver in the file looks as if it still held.",
		Fix:     "Mend what the rule finds and remove the waiver, or set a later day and say in the reason why.",
		Sources: []string{waiverThread},
	}
	waiverUnused = &rule.Rule{
		ID: "waiver-unused", Severity: rule.Warning, Title: "Waiver that waives nothing", Permanent: true,
		Doc:     "The rule finds nothing in this design. A waiver that stays behind would silence the finding on the day when it comes back.",
		Fix:     "Remove the waiver.",
		Sources: []string{waiverThread},
	}

	waiverRules = []*rule.Rule{waiverUnknown, waiverPermanent, waiverRepeated, waiverReason, waiverExpired, waiverUnused}
)

// verdict is a finding about a waiver.
type verdict struct {
	rule   *rule.Rule
	at     hcl.Range
	detail string
}

func waivable() map[string]bool {
	ids := map[string]bool{}
	for _, r := range Rules() {
		ids[r.ID] = !r.Permanent
	}
	return ids
}

func expired(w *plan.Waiver, today time.Time) bool {
	return !w.Expires.IsZero() && !today.IsZero() && !today.Before(w.Expires)
}

// validWaivers returns, by rule, the first waiver that holds today.
func validWaivers(p *plan.Plan, today time.Time) map[string]*plan.Waiver {
	valid := map[string]*plan.Waiver{}
	if len(p.Waivers) == 0 {
		return valid
	}
	ids := waivable()
	for i := range p.Waivers {
		if w := &p.Waivers[i]; ids[w.Rule] && valid[w.Rule] == nil && w.Reason != "" && !expired(w, today) {
			valid[w.Rule] = w
		}
	}
	return valid
}

// judgeWaivers says at most one thing about each waiver.
func judgeWaivers(p *plan.Plan, today time.Time, used map[string]bool) []verdict {
	if len(p.Waivers) == 0 {
		return nil
	}
	var verdicts []verdict
	ids, first := waivable(), map[string]*plan.Waiver{}
	known := map[string]bool{}
	for _, r := range Catalog() {
		known[r.ID] = true
	}
	for i := range p.Waivers {
		w := &p.Waivers[i]
		judge := func(r *rule.Rule, at hcl.Range, format string, args ...any) {
			verdicts = append(verdicts, verdict{r, at, fmt.Sprintf(format, args...)})
		}
		earlier := first[w.Rule]
		if earlier == nil {
			first[w.Rule] = w
		}
		switch {
		case !known[w.Rule]:
			judge(waiverUnknown, w.RuleRange, "No rule is called %q.%s", w.Rule, didYouMean(w.Rule, waivableIDs()))
		case !ids[w.Rule]:
			judge(waiverPermanent, w.RuleRange, "The rule %s guards data or the installation itself, and holds for every design. Mend what it finds, and remove the waiver.", w.Rule)
		case earlier != nil:
			judge(waiverRepeated, w.RuleRange, "%s is already waived on %s. Keep one of the two waivers.", w.Rule, line(earlier.RuleRange))
		case w.Reason == "":
			judge(waiverReason, w.Block(), "The waiver of %s gives no reason, so it does not hold. Write why the finding is acceptable here: reason = \"…\".", w.Rule)
		case expired(w, today):
			judge(waiverExpired, w.Attr("expires"), "The waiver of %s ended on %s. The rule counts in full again. Mend what it finds and remove the waiver, or set a later day.", w.Rule, w.Expires.Format(time.DateOnly))
		case !used[w.Rule]:
			judge(waiverUnused, w.RuleRange, "%s finds nothing in this design. Remove the waiver: it would silence the finding on the day when it comes back.", w.Rule)
		}
	}
	return verdicts
}

func waivableIDs() []string {
	var ids []string
	for id, ok := range waivable() {
		if ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
