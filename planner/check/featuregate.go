package check

import (
	"maps"
	"slices"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const gateDocs = "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/"

// gatesMinor is the minor whose gates are known in full: what it lacks is gone or never was.
const gatesMinor = 37

func gateCalled(name string) (gate, bool) {
	i := slices.IndexFunc(gates, func(g gate) bool { return g.name == name })
	if i < 0 {
		return gate{}, false
	}
	return gates[i], true
}

func gateNames() []string {
	words := make([]string, len(gates))
	for i, g := range gates {
		words[i] = g.name
	}
	return words
}

// gateRule makes one finding for each gate of the file that the judge objects to.
func gateRule(r rule.Rule, judge func(p *plan.Plan, name string, on bool) (format string, args []any)) Rule {
	return Rule{r, func(p *plan.Plan) []Finding {
		var findings []Finding
		for _, name := range slices.Sorted(maps.Keys(p.Cluster.FeatureGates)) {
			if format, args := judge(p, name, p.Cluster.FeatureGates[name]); format != "" {
				findings = append(findings, one(p.Cluster.Attr("feature_gates"), format, args...)...)
			}
		}
		return findings
	}}
}

var featureGateRules = []Rule{
	gateRule(rule.Rule{
		ID: "version-feature-gate-unknown", Severity: rule.Error, Title: "Feature gate that this Kubernetes does not know", Permanent: true,
		Doc:     "Every component exits at a gate that it does not know. Gates disappear some releases after their feature is stable, so a name from an old page stops the whole control plane.",
		Fix:     "Remove it if the feature is stable by now, or correct the name.",
		Sources: []string{gateDocs, "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/"},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		if _, ok := gateCalled(name); ok {
			return "", nil
		}
		v, hint := p.Cluster.Version, didYouMean(name, gateNames())
		switch {
		case v.Minor == gatesMinor:
			return "Kubernetes %s knows no feature gate %s, and its components exit at one.%s If the feature is stable by now, remove the gate.", []any{v, name, hint}
		case hint != "" && v.Minor < gatesMinor: // whether an older one knew it is not in the table: only a typing mistake is sure
			return "There is no feature gate %s.%s Kubernetes' components exit at a gate that they do not know.", []any{name, hint}
		}
		return "", nil
	}),
	gateRule(rule.Rule{
		ID: "version-feature-gate-early", Severity: rule.Error, Title: "Feature gate of a later Kubernetes", Permanent: true,
		Doc:     "The gate came with a later minor. Components of this one do not know it and exit.",
		Fix:     "Remove it, or use the newer Kubernetes.",
		Sources: []string{gateDocs},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		g, ok := gateCalled(name)
		if !ok || g.since <= p.Cluster.Version.Minor {
			return "", nil
		}
		return "Feature gate %s came with Kubernetes 1.%d, and this is %s, whose components exit at it. Remove it.", []any{name, g.since, p.Cluster.Version}
	}),
	gateRule(rule.Rule{
		ID: "version-feature-gate-locked", Severity: rule.Error, Title: "Feature gate that cannot be changed any more", Permanent: true,
		Doc:     "A stable feature's gate is locked for a few releases before it disappears. Setting it to anything else stops the component.",
		Fix:     "Remove it.",
		Sources: []string{gateDocs},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		g, ok := gateCalled(name)
		if !ok || g.locked == 0 || p.Cluster.Version.Minor < g.locked || on == g.lockedTo {
			return "", nil
		}
		return "Feature gate %s is locked to %t from Kubernetes 1.%d on: components exit at %t. Remove it.", []any{name, g.lockedTo, g.locked, on}
	}),
	gateRule(rule.Rule{
		ID: "version-feature-gate-needless", Severity: rule.Warning, Title: "Feature gate without effect",
		Doc:     "The gate is locked to the value that the file sets. It changes nothing, and stops the upgrade to the minor in which it disappears.",
		Fix:     "Remove it.",
		Sources: []string{gateDocs},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		g, ok := gateCalled(name)
		if !ok || g.locked == 0 || p.Cluster.Version.Minor < g.locked || on != g.lockedTo {
			return "", nil
		}
		return "Feature gate %s is locked to %t since Kubernetes 1.%d. Remove it before the minor that drops it.", []any{name, on, g.locked}
	}),
	gateRule(rule.Rule{
		ID: "version-feature-gate-alpha", Severity: rule.Warning, Title: "Alpha feature",
		Doc:     "Alpha features change or vanish without notice, and what they stored may be unreadable for the next minor. Upstream asks for short-lived test clusters.",
		Fix:     "Remove it, or waive the rule and say what the test is for.",
		Sources: []string{gateDocs + "#feature-stages"},
	}, func(p *plan.Plan, name string, on bool) (string, []any) {
		g, ok := gateCalled(name)
		if !ok || !on || g.alpha == 0 || p.Cluster.Version.Minor >= g.alpha || g.since > p.Cluster.Version.Minor {
			return "", nil
		}
		return "Feature gate %s is alpha in Kubernetes %s: it may change or vanish with the next minor, and what it stored with it. Remove it from clusters that are to last.", []any{name, p.Cluster.Version}
	}),
}
