// Package coredns builds what kubeadm would add to a cluster, for tools that set up clusters without kubeadm: the API server's permission
// to reach kubelets, and cluster DNS.
//
// The package is internal to k8splan and makes no compatibility promise.
package coredns

import (
	"cmp"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/components"
	"github.com/k8splan/k8splan/planner/plan"
)

// Manifest returns a file for kubectl. Source: k8s.io/kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go
func Manifest(p *plan.Plan) ([]byte, error) {
	image, _ := p.Image("coredns")
	labels := map[string]string{"k8s-app": "kube-dns"}
	at := metav1.ObjectMeta{Name: "coredns", Namespace: "kube-system", Labels: labels}
	bind := func(name, role string, subject rbacv1.Subject) *rbacv1.ClusterRoleBinding {
		return &rbacv1.ClusterRoleBinding{
			TypeMeta:   metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRoleBinding"},
			ObjectMeta: metav1.ObjectMeta{Name: name},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}, Subjects: []rbacv1.Subject{subject},
		}
	}
	return artifact.YAML(
		// The API server creates this role itself.
		bind("kube-apiserver-kubelet-client", "system:kubelet-api-admin", rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User",
			Name: "kube-apiserver-kubelet-client"}),
		&corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
			ObjectMeta: metav1.ObjectMeta{Name: "coredns", Namespace: "kube-system"}},
		&rbacv1.ClusterRole{
			TypeMeta:   metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRole"},
			ObjectMeta: metav1.ObjectMeta{Name: "system:coredns"},
			Rules: []rbacv1.PolicyRule{
				{APIGroups: []string{""}, Resources: []string{"endpoints", "services", "pods", "namespaces"},
					Verbs: []string{"list", "watch"}},
				{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: []string{"list", "watch"}},
			},
		},
		bind("system:coredns", "system:coredns", rbacv1.Subject{Kind: "ServiceAccount", Name: "coredns", Namespace: "kube-system"}),
		&corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Name: "coredns", Namespace: "kube-system"}, Data: map[string]string{"Corefile": Corefile(p)}},
		dnsService(p, labels),
		&appsv1.Deployment{
			TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: at,
			Spec: appsv1.DeploymentSpec{
				Replicas: to(int32(cmp.Or(p.Network.DNS.Replicas, 2))), Selector: &metav1.LabelSelector{MatchLabels: labels},
				Strategy: appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType,
					RollingUpdate: &appsv1.RollingUpdateDeployment{MaxUnavailable: to(intstr.FromInt32(1))}},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: dnsPod(image.Ref, labels)},
			},
		},
	)
}

// Upstream lists the servers for names outside the cluster, in the form of CoreDNS' forward plugin.
func Upstream(p *plan.Plan) []string {
	if len(p.Network.DNS.Upstream) == 0 {
		return []string{"/etc/resolv.conf"}
	}
	var to []string
	for _, e := range p.Network.DNS.Upstream {
		to = append(to, e.String())
	}
	return to
}

// Corefile is kubeadm's, except for where queries for other names go. Source: k8s.io/kubernetes
// cmd/kubeadm/app/phases/addons/dns/manifests.go
func Corefile(p *plan.Plan) string {
	zones := []string{p.Network.DNSDomain, "in-addr.arpa", "ip6.arpa"}
	return fmt.Sprintf(`.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes %s {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :9153
    forward . %s {
        max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`, strings.Join(zones, " "), strings.Join(Upstream(p), " "))
}

func dnsService(p *plan.Plan, labels map[string]string) *corev1.Service {
	addresses := components.DNSAddresses(p)
	policy := corev1.IPFamilyPolicySingleStack
	if len(addresses) > 1 {
		policy = corev1.IPFamilyPolicyRequireDualStack
	}
	return &corev1.Service{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Name: "kube-dns", Namespace: "kube-system",
			Labels: map[string]string{"k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"}},
		Spec: corev1.ServiceSpec{
			ClusterIP: addresses[0], ClusterIPs: addresses, IPFamilyPolicy: &policy, Selector: labels,
			Ports: []corev1.ServicePort{
				{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP, TargetPort: intstr.FromInt32(53)},
				{Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(53)},
				{Name: "metrics", Port: 9153, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(9153)},
			},
		},
	}
}

func dnsPod(image string, labels map[string]string) corev1.PodSpec {
	probe := func(path string, port int32) *corev1.Probe {
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(port)}}}
	}
	live := probe("/health", 8080)
	live.InitialDelaySeconds, live.TimeoutSeconds, live.FailureThreshold = 60, 5, 5
	return corev1.PodSpec{
		ServiceAccountName: "coredns", PriorityClassName: "system-cluster-critical", DNSPolicy: corev1.DNSDefault,
		NodeSelector: map[string]string{"kubernetes.io/os": "linux"},
		Tolerations:  []corev1.Toleration{{Key: "CriticalAddonsOnly", Operator: corev1.TolerationOpExists}},
		Affinity: &corev1.Affinity{
			PodAntiAffinity: &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
				Weight: 100, PodAffinityTerm: corev1.PodAffinityTerm{LabelSelector: &metav1.LabelSelector{MatchLabels: labels},
					TopologyKey: "kubernetes.io/hostname"},
			}}},
		},
		Containers: []corev1.Container{{
			Name: "coredns", Image: image, Args: []string{"-conf", "/etc/coredns/Corefile"},
			Resources: corev1.ResourceRequirements{
				Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("170Mi")},
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"),
					corev1.ResourceMemory: resource.MustParse("70Mi")},
			},
			Ports: []corev1.ContainerPort{
				{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP},
				{Name: "dns-tcp", ContainerPort: 53, Protocol: corev1.ProtocolTCP},
				{Name: "metrics", ContainerPort: 9153, Protocol: corev1.ProtocolTCP},
			},
			LivenessProbe: live, ReadinessProbe: probe("/ready", 8181),
			VolumeMounts: []corev1.VolumeMount{{Name: "config", MountPath: "/etc/coredns", ReadOnly: true}},
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: to(false), ReadOnlyRootFilesystem: to(true),
				Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"NET_BIND_SERVICE"}, Drop: []corev1.Capability{"ALL"}},
			},
		}},
		Volumes: []corev1.Volume{{Name: "config",
			VolumeSource: corev1.VolumeSource{
				ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "coredns"}},
			}}},
	}
}

func to[T any](v T) *T { return &v }
