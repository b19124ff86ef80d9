package plan

import (
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
	"github.com/k8splan/k8splan/planner/spelling"
)

// DefaultScheduler is the scheduler of pods that name none.
const DefaultScheduler = "default-scheduler"

// Scheduling is how a profile chooses nodes, where it differs from upstream's defaults.
type Scheduling struct {
	ScoringStrategy   string   // least-allocated | most-allocated; "" = upstream's default
	EnablePlugins     []string // sorted
	DisablePlugins    []string // sorted
	PercentageToScore int      // 0 = upstream's default
}

// Profile is a profile of kubeadm's own scheduler.
type Profile struct {
	*spec.Source
	Scheduling
	Name      string
	NameRange hcl.Range
}

// Scheduler is a scheduler in addition to kubeadm's own. It is also one of Addons.
type Scheduler struct {
	*spec.Source
	Scheduling
	Name      string
	NameRange hcl.Range
	Image     string // upstream reference
	Replicas  int
}

// Custom reports whether the scheduler is a program other than kube-scheduler.
func (s *Scheduler) Custom() bool { return s.Has("image") }

// SchedulerPlugins are the plugins compiled into kube-scheduler. Source: k8s.io/kubernetes@v1.37.2
// pkg/scheduler/framework/plugins/names/names.go
var SchedulerPlugins = []string{
	"DefaultBinder", "DefaultPreemption", "DeferredPodScheduling", "DynamicResources", "GangScheduling", "ImageLocality",
	"InterPodAffinity", "NodeAffinity",
	"NodeDeclaredFeatures", "NodeName", "NodePorts", "NodeResourcesBalancedAllocation", "NodeResourcesFit", "NodeUnschedulable",
	"NodeVolumeLimits",
	"PodGroupPodsCount", "PodTopologySpread", "PrioritySort", "SchedulingGates", "TaintToleration", "TopologyPlacementGenerator",
	"VolumeBinding",
	"VolumeRestrictions", "VolumeZone",
}

var pluginPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

func (r *resolver) scheduling(src *spec.Source, s *spec.Scheduling) Scheduling {
	out := Scheduling{ScoringStrategy: text(s.ScoringStrategy), PercentageToScore: r.number(src, "percentage_of_nodes_to_score",
		s.PercentageToScore, 1, 100)}
	for _, list := range []struct {
		attr  string
		words []string
		into  *[]string
	}{{"enable_plugins", s.EnablePlugins, &out.EnablePlugins}, {"disable_plugins", s.DisablePlugins, &out.DisablePlugins}} {
		for _, word := range list.words {
			if !pluginPattern.MatchString(word) && !(word == "*" && list.attr == "disable_plugins") {
				r.fail(invalidText, src.Attr(list.attr), "%s holds %q. Names of plugins are letters and digits, "+
					"such as \"NodeResourcesFit\".", list.attr, spelling.Excerpt(word))
				continue
			}
			*list.into = append(*list.into, word)
		}
		slices.Sort(*list.into)
	}
	return out
}

func (r *resolver) profiles(written []*spec.Profile) []Profile {
	var out []Profile
	for _, s := range written {
		if r.name(s.NameRange, "profile", s.Name, 63) {
			out = append(out, Profile{Source: s.Source, Scheduling: r.scheduling(s.Source, &s.Scheduling), Name: s.Name,
				NameRange: s.NameRange})
		}
	}
	slices.SortFunc(out, func(a, b Profile) int { return Natural(a.Name, b.Name) })
	return out
}

func (r *resolver) schedulers() {
	for _, s := range r.spec.Schedulers {
		if !r.name(s.NameRange, "scheduler", s.Name, 40) {
			continue
		}
		one := &Scheduler{Source: s.Source, Scheduling: r.scheduling(s.Source, &s.Scheduling), Name: s.Name, NameRange: s.NameRange,
			Replicas: r.number(s.Source, "replicas", s.Replicas, 1, 10)}
		if s.Image != nil {
			if one.Image = *s.Image; !imagePattern.MatchString(one.Image) {
				r.fail(invalidImage, s.Attr("image"),
					`image is %q. Write an image with its registry and its tag or digest, in lower case: `+
						`"registry.example.com/scheduler:v1".`, spelling.Excerpt(one.Image))
			}
		}
		r.plan.Schedulers = append(r.plan.Schedulers, one)
	}
	slices.SortFunc(r.plan.Schedulers, func(a, b *Scheduler) int { return Natural(a.Name, b.Name) })
}

// schedulerDefaults creates an addon for each scheduler.
func (r *resolver) schedulerDefaults() {
	p := r.plan
	replicas, reason := 1, "There is one control plane."
	if len(p.ControlPlanes()) > 1 {
		replicas, reason = 2, "One leads, and another one takes over when its control plane dies."
	}
	for _, s := range p.Schedulers {
		settle(r, s.Has("replicas"), &s.Replicas, "scheduler."+s.Name+".replicas", replicas, reason,
			"https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/")
		if !s.Custom() {
			s.Image = upstreamImages + "kube-scheduler:v" + p.Cluster.Version.String()
		}
		p.Addons = append(p.Addons, &Addon{
			Source: s.Source, Name: "scheduler-" + s.Name, NameRange: s.NameRange, Scheduler: s, Images: []string{s.Image},
			Manifests: []Manifest{{Source: s.Source, Tree: "addons/scheduler-" + s.Name + ".yaml"}},
		})
	}
}
