package kubeadm

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
)

// with returns a configuration plus the fields that the user added. A rule ensures that the two do not overlap.
func with(configuration any, added map[string]any) (any, error) {
	if added == nil {
		return configuration, nil
	}
	data, err := json.Marshal(configuration)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	return joined(fields, added), nil
}

// joined merges two maps recursively.
func joined(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	for key, v := range b {
		inner, ok := v.(map[string]any)
		if have, both := out[key].(map[string]any); ok && both {
			v = joined(have, inner)
		}
		out[key] = v
	}
	return out
}

// kubeletConfiguration has the fields of KubeletConfiguration that the planner decides. Upstream's type is not imported, because
// k8s.io/kubelet adds too much to the binary for these fields. The tests decode the output strictly with upstream's type. Source:
// k8s.io/kubelet config/v1beta1/types.go
type kubeletConfiguration struct {
	APIVersion   string          `json:"apiVersion"`
	Kind         string          `json:"kind"`
	CgroupDriver string          `json:"cgroupDriver"`
	FailSwapOn   bool            `json:"failSwapOn"`
	MaxPods      int             `json:"maxPods,omitempty"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`

	ServerTLSBootstrap bool   `json:"serverTLSBootstrap,omitempty"`
	VolumePluginDir    string `json:"volumePluginDir,omitempty"`

	ClusterDNS []string `json:"clusterDNS,omitempty"` // omitted = kubeadm's default
}

// volumePlugins returns the directory where the kubelet and the controller manager look for FlexVolume drivers. Their default is in /usr,
// each creates it if it is missing, and some nodes' /usr is read-only. Source:
// https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/#usr-mounted-read-only
func volumePlugins(p *plan.Plan) string {
	for _, n := range p.KubeletNodes() {
		if n.OS.ReadOnlyUsr() {
			return "/opt/libexec/kubernetes/kubelet-plugins/volume/exec/"
		}
	}
	return ""
}

func kubelet(p *plan.Plan) *kubeletConfiguration {
	var dns []string
	if p.Network.DNS.NodeLocalCache {
		dns = components.Resolvers(p)
	}
	return &kubeletConfiguration{
		ClusterDNS:   dns,
		APIVersion:   "kubelet.config.k8s.io/v1beta1",
		Kind:         "KubeletConfiguration",
		CgroupDriver: p.Cluster.Kubelet.CgroupDriver,
		FailSwapOn:   p.Cluster.Kubelet.FailSwapOn,
		MaxPods:      p.Cluster.Kubelet.MaxPods,
		FeatureGates: maps.Clone(p.Cluster.FeatureGates),

		ServerTLSBootstrap: p.Cluster.Kubelet.ServerTLSBootstrap,
		VolumePluginDir:    volumePlugins(p),
	}
}

// kubeProxyConfiguration has the fields of KubeProxyConfiguration that the planner decides, not imported for the same reason.
// Source: k8s.io/kube-proxy config/v1alpha1/types.go
type kubeProxyConfiguration struct {
	APIVersion   string          `json:"apiVersion"`
	Kind         string          `json:"kind"`
	Mode         string          `json:"mode"`
	ClusterCIDR  string          `json:"clusterCIDR"`
	IPVS         *ipvs           `json:"ipvs,omitempty"`
	Conntrack    *conntrack      `json:"conntrack,omitempty"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
}

// conntrack with maxPerCore 0 leaves the table's size unchanged: a container may not set it, and kube-proxy would exit. Source:
// https://github.com/kubernetes/kubernetes/issues/141943
type conntrack struct {
	MaxPerCore *int `json:"maxPerCore"`
}

type ipvs struct {
	StrictARP bool `json:"strictARP"`
}

func kubeProxy(p *plan.Plan) *kubeProxyConfiguration {
	c := &kubeProxyConfiguration{
		APIVersion:   "kubeproxy.config.k8s.io/v1alpha1",
		Kind:         "KubeProxyConfiguration",
		Mode:         p.Network.KubeProxy.Mode,
		ClusterCIDR:  strings.Join(plan.Texts(p.Network.PodSubnets), ","),
		FeatureGates: maps.Clone(p.Cluster.FeatureGates),
	}
	if p.Target.Site.SharedKernel {
		c.Conntrack = &conntrack{MaxPerCore: new(int)}
	}
	if p.Network.KubeProxy.StrictARP {
		c.IPVS = &ipvs{StrictARP: true}
	}
	return c
}
