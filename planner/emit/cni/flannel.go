package cni

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// netConf is net-conf.json. Source: github.com/flannel-io/flannel pkg/subnet/config.go
type netConf struct {
	EnableIPv4     bool    `json:"EnableIPv4"`
	Network        string  `json:"Network,omitempty"`
	EnableIPv6     bool    `json:"EnableIPv6"`
	IPv6Network    string  `json:"IPv6Network,omitempty"`
	EnableNFTables bool    `json:"EnableNFTables"`
	Backend        backend `json:"Backend"`
}

type backend struct {
	Type string `json:"Type"`
	Port int    `json:"Port,omitempty"` // UDP; 0 = flannel's default
	MTU  int    `json:"MTU,omitempty"`  // of packets that leave the host; flannel subtracts its own overhead
}

// What flannel subtracts from the MTU for its tunnel, in bytes. Source: pkg/backend/vxlan/device.go, pkg/backend/wireguard/device.go
const (
	vxlanOverhead     = 50
	wireguardOverhead = 80
)

func flannelBackend(p *plan.Plan) (backend, error) {
	mtu := statedMTU(p)
	switch e := p.Network.CNI.Encapsulation; e {
	case plan.VXLAN:
		if mtu != 0 {
			mtu += vxlanOverhead
		}
		return backend{Type: e, MTU: mtu, Port: p.Network.CNI.VXLANPort}, nil
	case plan.WireGuard:
		if mtu != 0 {
			mtu += wireguardOverhead
		}
		return backend{Type: e, MTU: mtu}, nil
	case plan.HostGateway, plan.IPIP: // neither has an MTU setting: the CNI configuration sets it
		return backend{Type: e}, nil
	default:
		return backend{}, fmt.Errorf("no backend for encapsulation %q", e)
	}
}

// conflist is a CNI network configuration list. Source: https://github.com/containernetworking/cni/blob/main/SPEC.md
type conflist struct {
	Name       string `json:"name"`
	CNIVersion string `json:"cniVersion"`
	Plugins    []any  `json:"plugins"`
}

type flannelPlugin struct {
	Type     string   `json:"type"`
	Delegate delegate `json:"delegate"`
}

// delegate is what flannel's plugin passes to the bridge plugin.
type delegate struct {
	HairpinMode      bool `json:"hairpinMode"`
	IsDefaultGateway bool `json:"isDefaultGateway"`
	MTU              int  `json:"mtu,omitempty"`
}

type portmapPlugin struct {
	Type         string          `json:"type"`
	Capabilities map[string]bool `json:"capabilities"`
}

// portmap implements a container's hostPort.
func portmap() portmapPlugin {
	return portmapPlugin{Type: "portmap", Capabilities: map[string]bool{"portMappings": true}}
}

// daemonSet is upstream's type without its status, which the API server owns.
type daemonSet struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta    `json:"metadata"`
	Spec            appsv1.DaemonSetSpec `json:"spec"`
}

const flannelNamespace = "kube-flannel"

// flannel is upstream's manifest with the plan's values. It differs from upstream in four ways: it picks the interface by the node's
// address, it tolerates taints of every effect (a node that evicts pods needs a network too), it rolls out 10% of the nodes at a time, and
// its health port listens on the host only. Source: github.com/flannel-io/flannel@v0.28.10 Documentation/kube-flannel.yml
func flannel(p *plan.Plan) ([]artifact.File, string, error) {
	conf := netConf{EnableNFTables: p.Network.KubeProxy.Mode == "nftables"} // one kind of rules on a host, not two
	if s := plan.RangeOf(p.Network.PodSubnets, false); s.IsValid() {
		conf.EnableIPv4, conf.Network = true, s.String()
	}
	if s := plan.RangeOf(p.Network.PodSubnets, true); s.IsValid() {
		conf.EnableIPv6, conf.IPv6Network = true, s.String()
	}
	var err error
	if conf.Backend, err = flannelBackend(p); err != nil {
		return nil, "", err
	}
	netConfJSON, err := artifact.JSON(conf)
	if err != nil {
		return nil, "", err
	}
	cniConfJSON, err := artifact.JSON(conflist{Name: "cbr0", CNIVersion: "1.0.0", Plugins: []any{
		flannelPlugin{Type: "flannel", Delegate: delegate{HairpinMode: true, IsDefaultGateway: true, MTU: statedMTU(p)}},
		portmap(),
	}})
	if err != nil {
		return nil, "", err
	}

	labels := map[string]string{"app.kubernetes.io/name": "flannel"}
	object := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Labels: labels} }
	namespaced := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Name: name, Namespace: flannelNamespace, Labels: labels}
	}
	kind := func(api, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: api, Kind: kind} }

	namespace := struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta `json:"metadata"`
	}{kind("v1", "Namespace"), object(flannelNamespace)}
	namespace.Metadata.Labels = map[string]string{"app.kubernetes.io/name": "flannel", "pod-security.kubernetes.io/enforce": "privileged"}

	data, err := artifact.YAML(
		namespace,
		&corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: namespaced("flannel")},
		&rbacv1.ClusterRole{TypeMeta: kind("rbac.authorization.k8s.io/v1", "ClusterRole"), ObjectMeta: object("flannel"),
			Rules: []rbacv1.PolicyRule{
				{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}},
				{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"get", "list", "watch"}},
				{APIGroups: []string{""}, Resources: []string{"nodes/status"}, Verbs: []string{"patch"}},
			}},
		&rbacv1.ClusterRoleBinding{TypeMeta: kind("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), ObjectMeta: object("flannel"),
			RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "flannel"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "flannel", Namespace: flannelNamespace}},
		},
		&corev1.ConfigMap{TypeMeta: kind("v1", "ConfigMap"), ObjectMeta: namespaced("kube-flannel-cfg"), Data: map[string]string{
			"cni-conf.json": string(cniConfJSON), "net-conf.json": string(netConfJSON),
		}},
		&daemonSet{TypeMeta: kind("apps/v1", "DaemonSet"), Metadata: namespaced("kube-flannel-ds"),
			Spec: flannelPods(p, labels, digest(netConfJSON, cniConfJSON))},
	)
	if err != nil {
		return nil, "", err
	}
	how, err := text("flannel.md")
	return []artifact.File{{Path: "cni/kube-flannel.yaml", Data: data}}, how, err
}

// digest identifies configuration that flannel reads only at startup: if it changes, the pods restart node by node.
func digest(parts ...[]byte) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(part)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

func flannelPods(p *plan.Plan, labels map[string]string, reads string) appsv1.DaemonSetSpec {
	cni := p.Network.CNI
	image := p.Artifacts.ImageRef("ghcr.io/flannel-io/flannel:" + cni.Version)
	plugin := p.Artifacts.ImageRef("ghcr.io/flannel-io/flannel-cni-plugin:" + plan.FlannelCNIPluginVersion)
	atMost := intstr.FromString("10%")

	pod := corev1.PodSpec{
		Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{
				{Key: "kubernetes.io/os", Operator: corev1.NodeSelectorOpIn, Values: []string{"linux"}},
			}}},
		}}},
		HostNetwork:        true,
		PriorityClassName:  "system-node-critical",
		ServiceAccountName: "flannel",
		Tolerations:        []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		InitContainers: []corev1.Container{
			{
				Name: "install-cni-plugin", Image: plugin,
				Command: []string{"cp"}, Args: []string{"-f", "/flannel", "/opt/cni/bin/flannel"},
				VolumeMounts: []corev1.VolumeMount{{Name: "cni-plugin", MountPath: "/opt/cni/bin"}},
			},
			{
				Name: "install-cni", Image: image,
				Command: []string{"cp", "-f"}, Args: []string{"/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"},
				VolumeMounts: []corev1.VolumeMount{{Name: "cni", MountPath: "/etc/cni/net.d"},
					{Name: "flannel-cfg", MountPath: "/etc/kube-flannel/"}},
			},
		},
		Containers: []corev1.Container{{
			Name: "kube-flannel", Image: image,
			Command: []string{"/opt/bin/flanneld"},
			Args:    append([]string{"--ip-masq", "--kube-subnet-mgr"}, flannelInterface(p)...),
			Env: []corev1.EnvVar{
				field("POD_NAME", "metadata.name"), field("POD_NAMESPACE", "metadata.namespace"), field("NODE_IP", "status.hostIP"),
				{Name: "EVENT_QUEUE_DEPTH", Value: "5000"}, {Name: "CONT_WHEN_CACHE_NOT_READY", Value: "false"},
			},
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("50Mi"),
			}},
			SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"NET_ADMIN", "NET_RAW"}}},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "run", MountPath: "/run/flannel"}, {Name: "flannel-cfg", MountPath: "/etc/kube-flannel/"},
				{Name: "xtables-lock", MountPath: "/run/xtables.lock"},
			},
		}},
		Volumes: []corev1.Volume{
			hostPath("run", "/run/flannel", ""), hostPath("cni-plugin", "/opt/cni/bin", ""), hostPath("cni", "/etc/cni/net.d", ""),
			{Name: "flannel-cfg",
				VolumeSource: corev1.VolumeSource{
					ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-flannel-cfg"}},
				}},
			hostPath("xtables-lock", "/run/xtables.lock", corev1.HostPathFileOrCreate),
		},
	}
	if cni.Version == plan.FlannelVersion {
		asUpstream(&pod)
	}
	if p.Hosts.Enforce() { // it writes the plugin and its configuration to host directories
		pod.SecurityContext = &corev1.PodSecurityContext{SELinuxOptions: &corev1.SELinuxOptions{Type: plan.Unconfined}}
	}
	return appsv1.DaemonSetSpec{
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: appsv1.RollingUpdateDaemonSetStrategyType,
			RollingUpdate: &appsv1.RollingUpdateDaemonSet{MaxUnavailable: &atMost}},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{"k8splan/config": reads}}, Spec: pod,
		},
	}
}

// asUpstream adds what flannel's own manifest has at the version we know: the init container that installs the CNI configuration, and the
// probes. Older releases have neither.
func asUpstream(pod *corev1.PodSpec) {
	pod.InitContainers[1].Command = []string{"/opt/bin/install-conf"}
	c := &pod.Containers[0]
	c.Args = append(c.Args, "--healthz-ip=127.0.0.1", "--healthz-port=8081")
	probe := func(path string, delay, period int32) *corev1.Probe {
		return &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: "127.0.0.1", Path: path,
				Port: intstr.FromInt32(8081)}},
			InitialDelaySeconds: delay, PeriodSeconds: period,
		}
	}
	c.LivenessProbe, c.ReadinessProbe = probe("/healthz", 10, 30), probe("/readyz", 5, 10)
}

// flannelInterface selects the interface that carries pod traffic. flannel defaults to the interface of the default route, which on a
// Vagrant machine is the NAT interface. --iface takes an address, and status.hostIP is the node's: each node finds its own interface,
// whatever its name. In dual stack, flannel looks the address up as IPv4 only, and fails on IPv6 (pkg/ipmatch/match.go), so the default
// must do.
func flannelInterface(p *plan.Plan) []string {
	if name := p.Network.CNI.Interface; name != "" {
		return []string{"--iface=" + strings.ReplaceAll(name, "$(", "$$(")}
	}
	if p.Network.DualStack() && p.Network.PodSubnets[0].Addr().Is6() {
		return nil
	}
	return []string{"--iface=$(NODE_IP)"}
}

func field(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
}

func hostPath(name, path string, kind corev1.HostPathType) corev1.Volume {
	source := &corev1.HostPathVolumeSource{Path: path}
	if kind != corev1.HostPathUnset {
		source.Type = &kind
	}
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: source}}
}
