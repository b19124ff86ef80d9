package kubeadm

import (
	"slices"

	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"

	corev1 "k8s.io/api/core/v1"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// SchedulerConfigPath is where every control plane's scheduler reads its profiles.
const SchedulerConfigPath = "/etc/kubernetes/scheduler-config.yaml"

// The fields of KubeSchedulerConfiguration that the planner decides. Upstream's own types are not imported for the same reason as the
// kubelet's. Source: k8s.io/kube-scheduler config/v1/types.go
type (
	schedulerConfiguration struct {
		APIVersion       string             `json:"apiVersion"`
		Kind             string             `json:"kind"`
		ClientConnection *clientConnection  `json:"clientConnection,omitempty"`
		LeaderElection   leaderElection     `json:"leaderElection"`
		Profiles         []schedulerProfile `json:"profiles"`
	}
	clientConnection struct {
		Kubeconfig string `json:"kubeconfig"`
	}
	leaderElection struct {
		LeaderElect       bool   `json:"leaderElect"`
		ResourceName      string `json:"resourceName,omitempty"`
		ResourceNamespace string `json:"resourceNamespace,omitempty"`
	}
	schedulerProfile struct {
		SchedulerName            string         `json:"schedulerName"`
		PercentageOfNodesToScore int            `json:"percentageOfNodesToScore,omitempty"`
		Plugins                  *plugins       `json:"plugins,omitempty"`
		PluginConfig             []pluginConfig `json:"pluginConfig,omitempty"`
	}
	plugins struct {
		MultiPoint pluginSet `json:"multiPoint"`
	}
	pluginSet struct {
		Enabled  []plugin `json:"enabled,omitempty"`
		Disabled []plugin `json:"disabled,omitempty"`
	}
	plugin struct {
		Name string `json:"name"`
	}
	pluginConfig struct {
		Name string  `json:"name"`
		Args fitArgs `json:"args"`
	}
	fitArgs struct {
		APIVersion      string          `json:"apiVersion"`
		Kind            string          `json:"kind"`
		ScoringStrategy scoringStrategy `json:"scoringStrategy"`
	}
	scoringStrategy struct {
		Type      string     `json:"type"`
		Resources []weighted `json:"resources"`
	}
	weighted struct {
		Name   string `json:"name"`
		Weight int    `json:"weight"`
	}
)

const schedulerAPI = "kubescheduler.config.k8s.io/v1"

func schedulerProfileOf(name string, s plan.Scheduling) schedulerProfile {
	p := schedulerProfile{SchedulerName: name, PercentageOfNodesToScore: s.PercentageToScore}
	if len(s.EnablePlugins)+len(s.DisablePlugins) > 0 {
		p.Plugins = &plugins{}
		for _, word := range s.EnablePlugins {
			p.Plugins.MultiPoint.Enabled = append(p.Plugins.MultiPoint.Enabled, plugin{word})
		}
		for _, word := range s.DisablePlugins {
			p.Plugins.MultiPoint.Disabled = append(p.Plugins.MultiPoint.Disabled, plugin{word})
		}
	}
	if kind := map[string]string{"least-allocated": "LeastAllocated", "most-allocated": "MostAllocated"}[s.ScoringStrategy]; kind != "" {
		p.PluginConfig = []pluginConfig{{"NodeResourcesFit",
			fitArgs{schedulerAPI, "NodeResourcesFitArgs", scoringStrategy{kind, []weighted{{"cpu", 1}, {"memory", 1}}}}}}
	}
	return p
}

// schedulerProfiles returns the configuration of kubeadm's scheduler. User profiles replace its only profile, so the default profile that
// all other pods use is listed with them.
func schedulerProfiles(p *plan.Plan) *schedulerConfiguration {
	c := &schedulerConfiguration{
		APIVersion: schedulerAPI, Kind: "KubeSchedulerConfiguration",
		ClientConnection: &clientConnection{"/etc/kubernetes/scheduler.conf"}, LeaderElection: leaderElection{LeaderElect: true},
	}
	profiles := p.Cluster.SchedulerProfiles
	if !slices.ContainsFunc(profiles, func(one plan.Profile) bool { return one.Name == plan.DefaultScheduler }) {
		c.Profiles = append(c.Profiles, schedulerProfile{SchedulerName: plan.DefaultScheduler})
	}
	for _, one := range profiles {
		c.Profiles = append(c.Profiles, schedulerProfileOf(one.Name, one.Scheduling))
	}
	return c
}

// SchedulerConfig returns the configuration of a scheduler that runs as pods and elects its leader with a separate lease.
func SchedulerConfig(s *plan.Scheduler, lease string) ([]byte, error) {
	return artifact.YAML(&schedulerConfiguration{
		APIVersion: schedulerAPI, Kind: "KubeSchedulerConfiguration",
		LeaderElection: leaderElection{LeaderElect: true, ResourceName: lease, ResourceNamespace: "kube-system"},
		Profiles:       []schedulerProfile{schedulerProfileOf(s.Name, s.Scheduling)},
	})
}

// readProfiles makes kubeadm's scheduler read its profiles from the control plane's file.
func readProfiles(p *plan.Plan, c *kubeadmv1.ClusterConfiguration) {
	if len(p.Cluster.SchedulerProfiles) == 0 {
		return
	}
	c.Scheduler.ExtraArgs = append(c.Scheduler.ExtraArgs, kubeadmv1.Arg{Name: "config", Value: SchedulerConfigPath})
	c.Scheduler.ExtraVolumes = []kubeadmv1.HostPathMount{{Name: "profiles", HostPath: SchedulerConfigPath, MountPath: SchedulerConfigPath,
		ReadOnly: true, PathType: corev1.HostPathFile}}
}
