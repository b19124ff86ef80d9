package block

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spelling"
)

// Systems checks the keys of an argument that are operating systems. Nodes of a misspelled one would silently get the default.
func Systems(say func(broken *rule.Rule, at hcl.Range, format string, args ...any), broken *rule.Rule, name string, at hcl.Range,
	written map[string]string,
) {
	for _, key := range slices.Sorted(maps.Keys(written)) {
		os, ok := plan.ParseOS(key)
		meant := os.DidYouMean()
		if release, unreleased := os.Unreleased(); meant == "" && unreleased && release != "" {
			meant = fmt.Sprintf(" Did you mean %q?", release)
		}
		if !ok || meant != "" {
			say(broken, at, "%s has an entry for %q, which is not a known operating system.%s Write a name and a version, such as "+
				"\"debian-13\".",
				name, spelling.Excerpt(key), meant)
		}
	}
}

// Machines checks the keys of an argument that are names of nodes and pools. otherwise is the effect of a misspelled one.
func Machines(say func(broken *rule.Rule, at hcl.Range, format string, args ...any), broken *rule.Rule, name string, at hcl.Range,
	p *plan.Plan, written map[string]string, otherwise string,
) {
	var names []string
	for _, n := range p.Nodes {
		names = append(names, n.Name)
		if n.Pool != "" && !slices.Contains(names, n.Pool) {
			names = append(names, n.Pool)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if !slices.Contains(names, key) {
			say(broken, at, "%s names %q, but no node or pool has that name: %s.%s Write the name of a node or pool.", name,
				spelling.Excerpt(key), otherwise,
				spelling.DidYouMean(key, names))
		}
	}
}
