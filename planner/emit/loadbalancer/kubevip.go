package loadbalancer

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// ConfigPath is where kube-vip reads its interface if the topology sets none.
const ConfigPath = "/etc/kube-vip/config.yaml"

func kubeVIP(p *plan.Plan) ([]artifact.File, error) {
	var files []artifact.File
	for _, variant := range []struct{ path, kubeconfig string }{
		{"loadbalancer/kube-vip/kube-vip.yaml", "/etc/kubernetes/admin.conf"},
		{"loadbalancer/kube-vip/kube-vip-init.yaml", "/etc/kubernetes/super-admin.conf"},
	} {
		pod, err := kubeVIPPod(p, variant.kubeconfig)
		if err != nil {
			return nil, err
		}
		data, err := artifact.YAML(pod)
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.File{Path: variant.path, Data: data})
	}
	return files, nil
}

// pod is upstream's type without its status, which the API server owns.
type pod struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            corev1.PodSpec    `json:"spec"`
}

// kubeVIPPod is the static pod, as `kube-vip manifest pod --controlplane --arp --leaderElection` prints it, with these differences:
//   - It reaches the API server of its own host by kubernetes_addr. Upstream does so through a host alias, which static pods lost for a
//
// while
//
//	  (https://github.com/kube-vip/kube-vip/issues/692), and with the virtual IP's port, which need not be the API server's.
//	- Without a stated interface it gets one from a file rather than from the default route: that one leaves a Vagrant machine by the NAT.
//
// A static pod may mount hostPath volumes only: no ConfigMap, no Secret, no service account.
// Source: https://kube-vip.io/docs/installation/static/, github.com/kube-vip/kube-vip pkg/kubevip/config_environment.go
func kubeVIPPod(p *plan.Plan, kubeconfig string) (*pod, error) {
	lb := &p.LoadBalancer
	image, ok := p.Image("kube-vip")
	if !ok {
		return nil, fmt.Errorf("no image of kube-vip in the plan")
	}
	if err := checkInterface(lb.Interface); err != nil {
		return nil, fmt.Errorf("kube-vip: %w", err)
	}
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if b := p.Bootstrap(); b != nil && b.Address.Is6() {
		loopback = netip.IPv6Loopback()
	}

	env := []corev1.EnvVar{
		{Name: "address", Value: lb.VirtualIP.String()},
		{Name: "port", Value: strconv.Itoa(lb.Port)},
		fromField("vip_nodename", "spec.nodeName"),
		{Name: "kubernetes_addr", Value: "https://" + hostPort(loopback, p.Cluster.APIServerPort)},
		{Name: "cp_enable", Value: "true"},
		{Name: "cp_namespace", Value: "kube-system"},
		{Name: "svc_enable", Value: "false"}, // the endpoint does not handle Services of type LoadBalancer
		{Name: "vip_leaderelection", Value: "true"},
		{Name: "vip_leasename", Value: "plndr-cp-lock"},
		{Name: "vip_leaseduration", Value: strconv.Itoa(plan.KubeVIPLease)},
		{Name: "vip_renewdeadline", Value: "3"},
		{Name: "vip_retryperiod", Value: "1"},
		{Name: "prometheus_server", Value: hostPort(loopback, 2112)}, // upstream's default listens on all addresses
	}
	args := []string{"manager"}
	volumes := []corev1.Volume{hostPath("kubeconfig", kubeconfig)}
	mounts := []corev1.VolumeMount{{Name: "kubeconfig", MountPath: "/etc/kubernetes/admin.conf", ReadOnly: true}}
	switch {
	case lb.Mode == "bgp":
		env = append(env, speaks(lb)...)
	case lb.Interface != "":
		env = append(env, corev1.EnvVar{Name: "vip_arp", Value: "true"}, corev1.EnvVar{Name: "vip_interface", Value: lb.Interface})
	default:
		env = append(env, corev1.EnvVar{Name: "vip_arp", Value: "true"})
		args = append(args, "--config-file", ConfigPath)
		volumes = append(volumes, hostPath("config", ConfigPath))
		mounts = append(mounts, corev1.VolumeMount{Name: "config", MountPath: ConfigPath, ReadOnly: true})
	}

	var security *corev1.PodSecurityContext
	if p.Hosts.Enforce() { // it sets addresses of the host
		security = &corev1.PodSecurityContext{SELinuxOptions: &corev1.SELinuxOptions{Type: plan.Unconfined}}
	}
	return &pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		Metadata: metav1.ObjectMeta{Name: "kube-vip", Namespace: "kube-system"},
		Spec: corev1.PodSpec{
			HostNetwork:       true,
			SecurityContext:   security,
			PriorityClassName: "system-node-critical",
			Containers: []corev1.Container{{
				Name:            "kube-vip",
				Image:           image.Ref,
				ImagePullPolicy: corev1.PullIfNotPresent,
				Args:            args,
				Env:             env,
				SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{
					Add:  []corev1.Capability{"NET_ADMIN", "NET_RAW"},
					Drop: []corev1.Capability{"ALL"},
				}},
				VolumeMounts: mounts,
			}},
			Volumes: volumes,
		},
	}, nil
}

// speaks configures BGP mode. The virtual IP is an address of the host, and routers learn the route to it. Each host speaks for itself,
// with its node's address. Only the lease holder announces the virtual IP: without leader election, each host would announce it, and
// continue when its API server does not work (https://github.com/kube-vip/kube-vip/issues/1145). A dead host's route expires after the hold
// time; keepalives are sent every third of it (https://github.com/kube-vip/kube-vip/pull/695).
func speaks(lb *plan.LoadBalancer) []corev1.EnvVar {
	peers := make([]string, len(lb.BGPPeers))
	for i, peer := range lb.BGPPeers {
		peers[i] = peer.Address.String() + ":" + strconv.Itoa(peer.AS) + "::false" // without a password, single hop
	}
	return []corev1.EnvVar{
		{Name: "vip_interface", Value: "lo"},
		{Name: "bgp_enable", Value: "true"},
		{Name: "bgp_as", Value: strconv.Itoa(lb.BGPAS)},
		{Name: "bgp_peers", Value: strings.Join(peers, ",")},
		{Name: "bgp_hold_time", Value: strconv.Itoa(plan.KubeVIPHold)},
		{Name: "bgp_keepalive_interval", Value: strconv.Itoa(plan.KubeVIPHold / 3)},
		fromField("bgp_routerid", "status.hostIP"), fromField("bgp_sourceip", "status.hostIP"),
	}
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
}

// hostPath mounts an existing file: without the type, containerd creates a directory with the name of the file that kubeadm will write.
func hostPath(name, path string) corev1.Volume {
	file := corev1.HostPathFile
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &file}}}
}
