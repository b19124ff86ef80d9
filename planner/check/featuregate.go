package check

import (
	"cmp"
	"maps"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

const gateDocs = "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/"

// gateRule returns a rule with one finding for each feature gate in the file that judge rejects.
func gateRule(r rule.Rule, judge func(p *plan.Plan, name string, on bool) (format string, args []any)) Rule {
	return Rule{r, func(p *plan.Plan) []Finding {
		var findings []Finding
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			if format, args := judge(p, name, p.Cluster.FeatureGates[name]); format != "" {
				findings = append(findings, one(p.Cluster.Key("feature_gates", name), format, args...)...)
			}
		}
		return findings
	}}
}

var featureGateRules = []Rule{
	gateRule(rule.Rule{
		ID: "version-feature-gate-unknown", Severity: rule.Error, Title: "Unknown feature gate", Permanent: true,
		Doc: "Every component exits if it does not know a gate. Gates are removed a few releases after their feature becomes stable, so " +
			"a gate from outdated documentation stops the whole control plane.",
		Fix:     "Remove it if the feature is now stable, or correct the name.",
		Sources: []string{gateDocs, "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/"},
	}, versionFeatureGateUnknown),
	gateRule(rule.Rule{
		ID: "version-feature-gate-early", Severity: rule.Error, Title: "Feature gate of a later Kubernetes", Permanent: true,
		Doc:     "The gate was added in a later minor. In this minor, components do not know it and exit.",
		Fix:     "Remove it, or use a newer Kubernetes version.",
		Sources: []string{gateDocs},
	}, versionFeatureGateEarly),
	gateRule(rule.Rule{
		ID: "version-feature-gate-locked", Severity: rule.Error, Title: "Locked feature gate", Permanent: true,
		Doc: "A stable feature's gate is locked for a few releases before it disappears. Setting it to anything else stops " +
			"the component.",
		Fix:     "Remove it.",
		Sources: []string{gateDocs},
	}, versionFeatureGateLocked),
	gateRule(rule.Rule{
		ID: "version-feature-gate-needless", Severity: rule.Warning, Title: "Feature gate without effect",
		Doc: "The gate is locked to the value that the file sets. It has no effect, and will block the upgrade to the minor that " +
			"removes the gate.",
		Fix:     "Remove it.",
		Sources: []string{gateDocs},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		g, _ := plan.FindGate(name)
		if _, locked := g.State(p.Cluster.Version); !locked || on != g.LockedTo {
			return "", nil
		}
		return lockedGate, []any{name, on, g.Locked}
	}),
	gateRule(rule.Rule{
		ID: "version-feature-gate-alpha", Severity: rule.Warning, Title: "Alpha feature",
		Doc: "Alpha features change or disappear without notice, and the next minor may be unable to read the data that they stored. " +
			"Upstream recommends them only for short-lived test clusters.",
		Fix:     "Remove it, or waive the rule and give the purpose of the test as the reason.",
		Sources: []string{gateDocs + "#feature-stages"},
	}, versionFeatureGateAlpha),
}

func versionFeatureGateUnknown(p *plan.Plan, name string, on bool) (string, []any) {
	v := p.Cluster.Version
	g, ok := plan.FindGate(name)
	known, _ := g.State(v)
	switch {
	case !plan.GatesKnown(v) || ok && known || ok && v.Minor < g.Since:
		return "", nil
	case ok:
		return "Feature gate %s was removed in Kubernetes 1.%d, and the components of %s exit if it is set. Remove it.", []any{name,
			g.Removed, v}
	}
	meant := ""
	if len(p.Cluster.FeatureGates) < 50*mostAdvised {
		meant = spelling.DidYouMean(name, plan.GateNames())
	}
	return "Kubernetes %s has no feature gate %s, and its components exit if it is set.%s", []any{v, name, cmp.Or(meant, " Remove it.")}
}

func versionFeatureGateEarly(p *plan.Plan, name string, on bool) (string, []any) {
	g, ok := plan.FindGate(name)
	if !ok || !p.Kubernetes().Known() || g.Since <= p.Cluster.Version.Minor {
		return "", nil
	}
	return "Feature gate %s was added in Kubernetes 1.%d, and the components of %s exit if it is set. Remove it.", []any{name, g.Since,
		p.Cluster.Version}
}

func versionFeatureGateLocked(p *plan.Plan, name string, on bool) (string, []any) {
	g, _ := plan.FindGate(name)
	if _, locked := g.State(p.Cluster.Version); !locked || on == g.LockedTo {
		return "", nil
	}
	return "Feature gate %s is locked to %t from Kubernetes 1.%d on: components exit at %t. Remove it.", []any{name, g.LockedTo,
		g.Locked, on}
}

func versionFeatureGateAlpha(p *plan.Plan, name string, on bool) (string, []any) {
	g, _ := plan.FindGate(name)
	until, ok := alphaGates[name]
	if known, _ := g.State(p.Cluster.Version); !known || !on || !ok || until != 0 && p.Cluster.Version.Minor >= until {
		return "", nil
	}
	return "Feature gate %s is alpha in Kubernetes %s: the next minor may change or remove it, and its stored data with it. Remove " +
		"it from long-lived clusters.", []any{name, p.Cluster.Version}
}

const lockedGate = "Feature gate %s has been locked to %t since Kubernetes 1.%d. Remove it before the minor that removes the gate."
