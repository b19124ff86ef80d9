package check

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

const (
	schedulersDocs = "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/"
	profilesDocs   = "https://kubernetes.io/docs/reference/scheduling/config/"
)

// scheduling is one profile of any scheduler in the design.
type scheduling struct {
	*spec.Source
	plan.Scheduling
	name   string
	at     hcl.Range
	custom bool // the program may have other plugins
}

// schedulings lists kubeadm's own profiles first.
func schedulings(p *plan.Plan) []scheduling {
	var all []scheduling
	for _, s := range p.Cluster.SchedulerProfiles {
		all = append(all, scheduling{s.Source, s.Scheduling, s.Name, s.NameRange, false})
	}
	for _, s := range p.Schedulers {
		all = append(all, scheduling{s.Source, s.Scheduling, s.Name, s.NameRange, s.Custom()})
	}
	return all
}

var schedulerRules = []Rule{
	{rule.Rule{
		ID: "scheduler-name-taken", Severity: rule.Error, Title: "Duplicate scheduler name", Permanent: true,
		Doc: "A pod selects a scheduler by name. Two schedulers with the same name both place its pods, without knowing about each " +
			"other's decisions, and nodes get more pods than they can hold.",
		Fix: "Give each profile and each scheduler a unique name. Only kubeadm's own scheduler may have the profile " +
			"\"default-scheduler\".",
		Sources: []string{schedulersDocs},
	}, schedulerNameTaken},
	{rule.Rule{
		ID: "scheduler-plugin-unknown", Severity: rule.Error, Title: "Unknown scheduler plugin", Permanent: true,
		Doc:     "kube-scheduler exits if it was not built with a plugin, and no pods are scheduled any more.",
		Fix:     "Write the name of an upstream plugin, or an `image` that was built with it.",
		Sources: []string{profilesDocs + "#scheduling-plugins"},
	}, schedulerPluginUnknown},
	{rule.Rule{
		ID: "scheduler-plugin-needed", Severity: rule.Error, Title: "Required scheduler plugin turned off", Permanent: true,
		Doc: "A scheduler needs exactly one plugin that sorts its queue, the same in all profiles, and one that binds pods to nodes. " +
			"Without them it exits at startup.",
		Fix:     "Leave PrioritySort and DefaultBinder enabled.",
		Sources: []string{profilesDocs},
	}, schedulerPluginNeeded},
	{rule.Rule{
		ID: "scheduler-strategy-off", Severity: rule.Warning, Title: "Scoring strategy of a disabled plugin",
		Doc: "NodeResourcesFit implements the scoring strategy. With that plugin disabled, the strategy has no effect, and pods land on " +
			"nodes that have no room for them.",
		Fix:     "Leave NodeResourcesFit enabled, or remove `scoring_strategy`.",
		Sources: []string{"https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/"},
	}, schedulerStrategyOff},
	{rule.Rule{
		ID: "scheduler-config-twice", Severity: rule.Error, Title: "Duplicate scheduler configuration", Permanent: true,
		Doc: "Profiles are written to a file that kubeadm's scheduler reads with --config. A second --config in `extra_args` points to " +
			"another file, and only one of them is read.",
		Fix:     "Write the profiles here, and remove the flag.",
		Sources: []string{profilesDocs},
	}, schedulerConfigTwice},
}

func schedulerNameTaken(p *plan.Plan) []Finding {
	var findings []Finding
	seen := map[string]hcl.Range{}
	for _, s := range schedulings(p) {
		first, twice := seen[s.name]
		switch {
		case twice:
			findings = append(findings, one(s.at, "%q is already the name of a profile, on %s. Use another name.", s.name,
				line(first))...)
		case s.name == plan.DefaultScheduler && slices.ContainsFunc(p.Schedulers, func(o *plan.Scheduler) bool {
			return o.NameRange == s.at
		}):
			findings = append(findings,
				one(s.at, "kubeadm's own scheduler has the name %q. Use another name, or write a profile with that name in cluster "+
					"{ scheduler { … } }.", s.name)...)
		}
		seen[s.name] = s.at
	}
	return findings
}

func schedulerPluginUnknown(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range schedulings(p) {
		for _, attr := range []struct {
			name  string
			words []string
		}{{"enable_plugins", s.EnablePlugins}, {"disable_plugins", s.DisablePlugins}} {
			for _, word := range attr.words {
				if !s.custom && word != "*" && !slices.Contains(plan.SchedulerPlugins, word) {
					findings = append(findings, one(s.Attr(attr.name), "kube-scheduler has no plugin %q.%s", word,
						spelling.DidYouMean(word, plan.SchedulerPlugins))...)
				}
			}
		}
	}
	return findings
}

func schedulerPluginNeeded(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range schedulings(p) {
		for _, needed := range []string{"PrioritySort", "DefaultBinder"} {
			off := slices.Contains(s.DisablePlugins, needed) || slices.Contains(s.DisablePlugins, "*") &&
				!slices.Contains(s.EnablePlugins, needed)
			if off && !s.custom {
				findings = append(findings, one(s.Attr("disable_plugins"), "Without %s, the scheduler exits at startup. Leave it "+
					"enabled.",
					needed)...)
				break
			}
		}
	}
	return findings
}

func schedulerStrategyOff(p *plan.Plan) []Finding {
	var findings []Finding
	for _, s := range schedulings(p) {
		off := slices.Contains(s.DisablePlugins, "NodeResourcesFit") || slices.Contains(s.DisablePlugins, "*")
		if s.ScoringStrategy != "" && off && !slices.Contains(s.EnablePlugins, "NodeResourcesFit") {
			findings = append(findings, one(s.Attr("scoring_strategy"),
				"NodeResourcesFit, which implements the strategy, is disabled. Leave it enabled.")...)
		}
	}
	return findings
}

func schedulerConfigTwice(p *plan.Plan) []Finding {
	for _, a := range p.Cluster.Scheduler.ExtraArgs {
		if a.Name == "config" && len(p.Cluster.SchedulerProfiles) > 0 {
			return one(p.Cluster.Scheduler.Key("extra_args", a.Name),
				"--config names %s, and the profiles below are in another file. Remove the flag.", a.Value)
		}
	}
	return nil
}
