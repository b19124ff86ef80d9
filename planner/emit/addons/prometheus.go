package addons

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/plan"
)

const monitoringAPI = "monitoring.coreos.com/v1"

// The fields of the operator's custom resources that we set. Source: github.com/prometheus-operator/prometheus-operator@v0.85.0
// pkg/apis/monitoring/v1
type (
	monitored struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta `json:"metadata"`
		Spec            any               `json:"spec"`
	}
	prometheusSpec struct {
		Image                           string                      `json:"image"`
		Version                         string                      `json:"version"`
		Replicas                        int                         `json:"replicas"`
		Retention                       string                      `json:"retention,omitempty"`
		ServiceAccountName              string                      `json:"serviceAccountName"`
		ServiceMonitorSelector          metav1.LabelSelector        `json:"serviceMonitorSelector"`
		ServiceMonitorNamespaceSelector metav1.LabelSelector        `json:"serviceMonitorNamespaceSelector"`
		PodMonitorSelector              metav1.LabelSelector        `json:"podMonitorSelector"`
		PodMonitorNamespaceSelector     metav1.LabelSelector        `json:"podMonitorNamespaceSelector"`
		RuleSelector                    metav1.LabelSelector        `json:"ruleSelector"`
		RuleNamespaceSelector           metav1.LabelSelector        `json:"ruleNamespaceSelector"`
		Resources                       corev1.ResourceRequirements `json:"resources"`
		SecurityContext                 *corev1.PodSecurityContext  `json:"securityContext"`
		Storage                         *storageSpec                `json:"storage,omitempty"`
	}
	storageSpec struct {
		VolumeClaimTemplate struct {
			Spec corev1.PersistentVolumeClaimSpec `json:"spec"`
		} `json:"volumeClaimTemplate"`
	}
	monitorSpec struct {
		JobLabel            string               `json:"jobLabel,omitempty"`
		Selector            metav1.LabelSelector `json:"selector"`
		NamespaceSelector   *names               `json:"namespaceSelector,omitempty"`
		Endpoints           []endpoint           `json:"endpoints,omitempty"`
		PodMetricsEndpoints []endpoint           `json:"podMetricsEndpoints,omitempty"`
	}
	names struct {
		MatchNames []string `json:"matchNames"`
	}
	endpoint struct {
		Port            string    `json:"port"`
		Path            string    `json:"path,omitempty"`
		Scheme          string    `json:"scheme,omitempty"`
		Interval        string    `json:"interval"`
		HonorLabels     bool      `json:"honorLabels,omitempty"`
		BearerTokenFile string    `json:"bearerTokenFile,omitempty"`
		TLSConfig       *trust    `json:"tlsConfig,omitempty"`
		Relabelings     []relabel `json:"relabelings,omitempty"`
	}
	trust struct {
		CAFile             string `json:"caFile,omitempty"`
		ServerName         string `json:"serverName,omitempty"`
		InsecureSkipVerify bool   `json:"insecureSkipVerify,omitempty"`
	}
	relabel struct {
		SourceLabels []string `json:"sourceLabels"`
		TargetLabel  string   `json:"targetLabel"`
	}
)

const podToken = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// prometheus returns one Prometheus for the operator in upstream's bundle.yaml, and what it scrapes in every cluster: kubelets with their
// containers, API servers, and nodes through node-exporter. The operator itself lists the kubelets (--kubelet-service). Source:
// github.com/prometheus-operator/prometheus-operator@v0.85.0 bundle.yaml, example/rbac/prometheus
func prometheus(p *plan.Plan, a *plan.Addon) ([]any, error) {
	server, err := image(p, a, "prometheus")
	if err != nil {
		return nil, err
	}
	exporter, err := image(p, a, "node-exporter")
	if err != nil {
		return nil, err
	}
	main := app{"prometheus", "monitoring", map[string]string{"app.kubernetes.io/name": "prometheus"}}
	nodes := app{"node-exporter", "monitoring", map[string]string{"app.kubernetes.io/name": "node-exporter"}}

	spec := prometheusSpec{
		Image: server, Version: tag(a, "prometheus"), Replicas: 1, Retention: a.Settings["retention"], ServiceAccountName: main.name,
		Resources: requests("200m", "512Mi"),
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: to(true), RunAsUser: to(int64(1000)), FSGroup: to(int64(2000)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
	}
	if size := a.Settings["storage"]; size != "" {
		quantity, err := resource.ParseQuantity(size)
		if err != nil {
			return nil, err
		}
		spec.Storage = &storageSpec{}
		claim := &spec.Storage.VolumeClaimTemplate.Spec
		claim.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
		claim.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: quantity}
		if class := a.Settings["storage_class"]; class != "" {
			claim.StorageClassName = &class
		}
	}

	// As for metrics-server: kubelets' self-signed certificates cannot be verified.
	kubelets := &trust{InsecureSkipVerify: true}
	if p.Cluster.Kubelet.ServerTLSBootstrap {
		kubelets = &trust{CAFile: authority}
	}
	kubelet := func(path string) endpoint {
		return endpoint{Port: "https-metrics", Path: path, Scheme: "https", Interval: "30s", HonorLabels: true, BearerTokenFile: podToken,
			TLSConfig:   kubelets,
			Relabelings: []relabel{{[]string{"__metrics_path__"}, "metrics_path"}}}
	}
	monitor := func(kindName, name string, spec monitorSpec) *monitored {
		return &monitored{kind(monitoringAPI, kindName), metav1.ObjectMeta{Name: name, Namespace: main.namespace, Labels: main.labels},
			spec}
	}

	docs := []any{main.namespaceObject("privileged"), main.account(), nodes.account()}
	docs = append(docs, main.role("prometheus",
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"nodes", "nodes/metrics", "services", "endpoints", "pods"},
			Verbs: []string{"get", "list", "watch"}},
		rbacv1.PolicyRule{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"},
			Verbs: []string{"get", "list", "watch"}},
		rbacv1.PolicyRule{NonResourceURLs: []string{"/metrics", "/metrics/slis"}, Verbs: []string{"get"}})...)
	return append(docs,
		nodes.everywhere(reaching(p, nodeExporter(exporter))),
		monitor("PodMonitor", "node-exporter", monitorSpec{
			JobLabel: "app.kubernetes.io/name", Selector: metav1.LabelSelector{MatchLabels: nodes.labels},
			PodMetricsEndpoints: []endpoint{{Port: "metrics", Interval: "30s",
				Relabelings: []relabel{{[]string{"__meta_kubernetes_pod_node_name"}, "instance"}}}},
		}),
		monitor("ServiceMonitor", "kubelet", monitorSpec{
			JobLabel:          "app.kubernetes.io/name",
			Selector:          metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "kubelet"}},
			NamespaceSelector: &names{[]string{"kube-system"}},
			Endpoints:         []endpoint{kubelet("/metrics"), kubelet("/metrics/cadvisor")},
		}),
		monitor("ServiceMonitor", "kube-apiserver", monitorSpec{
			JobLabel: "component", Selector: metav1.LabelSelector{MatchLabels: map[string]string{"component": "apiserver",
				"provider": "kubernetes"}}, NamespaceSelector: &names{[]string{"default"}},
			Endpoints: []endpoint{{Port: "https", Scheme: "https", Interval: "30s", BearerTokenFile: podToken,
				TLSConfig: &trust{CAFile: authority, ServerName: "kubernetes"}}},
		}),
		&monitored{kind(monitoringAPI, "Prometheus"), main.meta(), spec},
		&service{kind("v1", "Service"), main.meta(), corev1.ServiceSpec{
			Selector: map[string]string{"prometheus": main.name},
			Ports:    []corev1.ServicePort{{Name: "web", Port: 9090, Protocol: corev1.ProtocolTCP}},
		}},
	), nil
}

// nodeExporter reads kernel metrics from the host's namespaces. Source: github.com/prometheus/node_exporter@v1.10.2 README.md
func nodeExporter(image string) corev1.PodSpec {
	propagation := corev1.MountPropagationHostToContainer
	return corev1.PodSpec{
		ServiceAccountName: "node-exporter", AutomountServiceAccountToken: to(false), NodeSelector: linux, HostNetwork: true, HostPID: true,
		PriorityClassName: "system-node-critical",
		Containers: []corev1.Container{{
			Name: "node-exporter", Image: image, Args: []string{"--path.rootfs=/host/root", "--no-collector.wifi"},
			Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: plan.NodeExporterPort, HostPort: plan.NodeExporterPort,
				Protocol: corev1.ProtocolTCP}},
			Resources:       requests("50m", "32Mi"),
			SecurityContext: confined(65534),
			VolumeMounts:    []corev1.VolumeMount{{Name: "root", MountPath: "/host/root", ReadOnly: true, MountPropagation: &propagation}},
		}},
		Volumes: []corev1.Volume{hostPath("root", "/")},
	}
}

// tag returns the tag of the addon's image called name.
func tag(a *plan.Addon, name string) string {
	for _, source := range a.Images {
		if _, t, ok := strings.Cut(source, "/"+name+":"); ok {
			return t
		}
	}
	return ""
}

// digestOf annotates pods with the digest of configuration they read only at startup, so that a change replaces the pods.
func digestOf(config []byte) map[string]string {
	sum := sha256.Sum256(config)
	return map[string]string{"k8splan/config": hex.EncodeToString(sum[:8])}
}
