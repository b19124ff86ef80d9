// Package check judges a resolved design: what will not install, what will lose data, and what its owner will regret. Each rule is a
// literal in the file of its area; Run turns findings into diagnostics, and waivers into notes.
//
// The package is internal to k8splan and makes no compatibility promise.
package check

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

// Rule is a rule about a whole design. Check returns its findings in any order; it takes at most n log n steps for n nodes.
type Rule struct {
	rule.Rule
	Check func(*plan.Plan) []Finding
}

// Finding is one place that breaks a rule. Detail is made of sentences: what is, why it matters, what to write instead. If the last of
// them names something that is free in the design, it is advice: Run asks for it.
type Finding struct {
	At     hcl.Range
	Detail string
	advice advice
}

// Rules returns the rules of this package, by area.
func Rules() []Rule { return rulesOn(plan.FactsDate) }

// rulesOn returns the rules as they are on a day, YYYY-MM-DD.
func rulesOn(day string) []Rule {
	return slices.Concat(
		endRules(day), topologyRules, hostRules, networkRules, overlapRules, capacityRules, endpointRules, balancerRules, etcdRules,
		versionRules, laterRules,
		featureGateRules, machineRules, nodeRules, reachRules, podNetworkRules, poolRules, componentRules, flagRules, configRules,
		kubeletRules, flagRangeRules,
		apiServerRules,
		patchRules,
		certificateRules, secretRules, artifactRules, addonRules,
		cloudRules, schedulerRules, availabilityRules, domainRules, bgpRules, vxlanRules, hypervisorRules,
	)
}

// Catalog returns every rule up to this stage, and RequireSurvive, sorted by ID. Those of the targets come with package planner.
func Catalog() []*rule.Rule {
	rules := slices.Concat(spec.Rules, plan.Rules, waiverRules, siteRules, []*rule.Rule{RequireSurvive})
	for _, r := range Rules() {
		rules = append(rules, &r.Rule)
	}
	slices.SortFunc(rules, func(a, b *rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// Waived returns the reason of the waiver that demoted the diagnostic to a note; ok is false if no waiver did.
func Waived(d *hcl.Diagnostic) (reason string, ok bool) { return rule.WaiverReason(d) }

// Lands checks only those rules against the plan that say whether its target can express it at all, before the target's own words are
// read.
func Lands(p *plan.Plan) hcl.Diagnostics {
	return hold(p, slices.DeleteFunc(Rules(), func(r Rule) bool {
		return !slices.Contains(landing, r.ID)
	}))
}

// landing are the rules that Lands holds.
var landing = []string{"target-type", "target-version", "target-etcd", "version-unknown"}

// Run checks every rule against the plan. Waive then puts the file's waivers over what this and the other stages found. Rules about what
// ends on a day are compared with today, or for the zero time against the day of the facts.
func Run(p *plan.Plan, today time.Time) hcl.Diagnostics {
	day := plan.FactsDate
	if !today.IsZero() {
		day = today.Format(time.DateOnly)
	}
	rules := rulesOn(day)
	if p.Described() {
		rules = slices.DeleteFunc(rules, func(r Rule) bool { return unjudged(r.ID) })
	}
	return hold(p, rules)
}

// notOfPast says how the IDs of rules begin that check a design against what its Kubernetes takes, or against what we install on hosts:
// neither is known of a cluster whose Kubernetes is older than the facts.
var notOfPast = []string{
	"addon-images-unlisted", "addon-manifest-moving", "addon-manifest-unverified", "addon-not-applied", "addon-retired", "addon-version",
	"artifact-", "component-admission-unknown", "component-cloud-provider", "component-config-owned", "component-config-twice",
	"component-config-unknown", "component-config-unread", "component-config-value", "component-file-unmounted",
	"component-flag-", "component-in-tree-cloud", "component-kubelet-refuses",
	"etcd-argument-twice", "etcd-experimental-", "etcd-version-", "host-os-unprepared",
	"host-selinux-",
	"network-manifest-unverified", "node-taint-deprecated", "registry-", "scheduler-plugin-", "version-cgroup-v1", "version-containerd",
	"version-cni-", "version-crio", "version-feature-gate-", "version-kernel", "version-patch-unknown", "version-removed-flag",
	"version-swap",
}

// unjudged reports whether a rule is not compared with the description of a cluster from before the facts.
func unjudged(id string) bool {
	return slices.ContainsFunc(notOfPast, func(begin string) bool { return strings.HasPrefix(id, begin) })
}

// check checks rules against the plan.
func hold(p *plan.Plan, rules []Rule) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var made offers
	of := eachOf(p)
	for _, r := range rules {
		for _, f := range folded(r.Check(p), of) {
			if f.At.Filename == "" {
				f.At = p.Cluster.Block()
			}
			d := r.Diagnostic(f.At, f.Detail)
			if f.advice != nil {
				rule.Advise(d, f.advice(f.At, &made))
			}
			diags = append(diags, d)
		}
	}
	return diags
}
