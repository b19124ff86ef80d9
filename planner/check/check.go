// Package check judges a resolved design: what will not install, what will lose data, and what will cause problems later. Each rule is a
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

// Rule is a rule about a whole design. Check returns its findings in any order and takes O(n log n) time for n nodes.
type Rule struct {
	rule.Rule
	Check func(*plan.Plan) []Finding
}

// Finding is one place that breaks a rule. Detail is sentences: what is wrong, why it matters, what to write instead. If the last sentence
// suggests something unused in the design, such as an address, it is in advice instead, and Run calls that.
type Finding struct {
	At     hcl.Range
	Detail string
	advice advice
}

// Rules returns the rules of this package, by area.
func Rules() []Rule { return rulesOn(plan.FactsDate) }

// rulesOn returns the rules as of a date, YYYY-MM-DD.
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

// Catalog returns every rule up to this stage, and RequireSurvive, sorted by ID. Package planner adds those of the targets.
func Catalog() []*rule.Rule {
	rules := slices.Concat(spec.Rules, plan.Rules, waiverRules, siteRules, []*rule.Rule{RequireSurvive})
	for _, r := range Rules() {
		rules = append(rules, &r.Rule)
	}
	slices.SortFunc(rules, func(a, b *rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// Waived returns the reason of the waiver that turned the diagnostic into a note; ok is false if it was not waived.
func Waived(d *hcl.Diagnostic) (reason string, ok bool) { return rule.WaiverReason(d) }

// Lands checks the plan only against the rules that decide whether its target supports it at all, before the target's block is read.
func Lands(p *plan.Plan) hcl.Diagnostics {
	return hold(p, slices.DeleteFunc(Rules(), func(r Rule) bool {
		return !slices.Contains(landing, r.ID)
	}))
}

// landing are the rules of Lands.
var landing = []string{"target-type", "target-version", "target-etcd", "version-unknown"}

// Run checks every rule against the plan. Afterwards, Waive applies the file's waivers to the findings of this and the other stages. Rules
// about end dates are compared with today, or for the zero time with the date of the facts.
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

// notOfPast are ID prefixes of rules that compare a design with what its Kubernetes accepts, or with what we install on hosts. Neither is
// known for a cluster whose Kubernetes is older than the facts.
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

// unjudged reports whether a rule is skipped for a cluster that is older than the facts.
func unjudged(id string) bool {
	return slices.ContainsFunc(notOfPast, func(begin string) bool { return strings.HasPrefix(id, begin) })
}

// hold checks rules against the plan.
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
