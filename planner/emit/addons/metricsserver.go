package addons

import (
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/plan"
)

// authority is the path where every pod finds the cluster CA's certificate.
const authority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"

// apiService has the fields of apiregistration.k8s.io/v1 APIService. Source: k8s.io/kube-aggregator pkg/apis/apiregistration/v1/types.go
type apiService struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Spec            apiServiceSpec    `json:"spec"`
}

type apiServiceSpec struct {
	Group                 string           `json:"group"`
	Version               string           `json:"version"`
	Service               serviceReference `json:"service"`
	InsecureSkipTLSVerify bool             `json:"insecureSkipTLSVerify"`
	GroupPriorityMinimum  int              `json:"groupPriorityMinimum"`
	VersionPriority       int              `json:"versionPriority"`
}

type serviceReference struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// metricsServer is upstream's manifest, except for how it checks kubelets' certificates. By default, kubeadm's kubelets use self-signed
// certificates, which cannot be verified. With serverTLSBootstrap the cluster CA signs them, and they are verified. Source:
// sigs.k8s.io/metrics-server@v0.9.0 manifests/base, manifests/components/release
func metricsServer(p *plan.Plan, a *plan.Addon) ([]any, error) {
	ref, err := image(p, a, "metrics-server")
	if err != nil {
		return nil, err
	}
	app := app{"metrics-server", "kube-system", map[string]string{"k8s-app": "metrics-server"}}
	trust := "--kubelet-insecure-tls"
	if p.Cluster.Kubelet.ServerTLSBootstrap {
		trust = "--kubelet-certificate-authority=" + authority
	}
	ready := probe("/readyz", "https", corev1.URISchemeHTTPS)
	ready.InitialDelaySeconds = 20
	pods := app.deployment(1, corev1.PodSpec{
		ServiceAccountName: app.name, PriorityClassName: "system-cluster-critical", NodeSelector: linux,
		Containers: []corev1.Container{{
			Name: app.name, Image: ref, ImagePullPolicy: corev1.PullIfNotPresent,
			Args: []string{
				"--cert-dir=/tmp", "--secure-port=10250", "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
				"--kubelet-use-node-status-port", "--metric-resolution=15s", trust,
			},
			Ports:         []corev1.ContainerPort{{Name: "https", ContainerPort: 10250, Protocol: corev1.ProtocolTCP}},
			Resources:     requests("100m", "200Mi"),
			LivenessProbe: probe("/livez", "https", corev1.URISchemeHTTPS), ReadinessProbe: ready,
			SecurityContext: confined(1000),
			VolumeMounts:    []corev1.VolumeMount{{Name: "tmp-dir", MountPath: "/tmp"}},
		}},
		Volumes: []corev1.Volume{{Name: "tmp-dir", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
	})

	reader := "system:aggregated-metrics-reader"
	docs := []any{
		app.account(),
		&rbacv1.ClusterRole{TypeMeta: kind(rbac, "ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: reader, Labels: map[string]string{
			"k8s-app": app.name, "rbac.authorization.k8s.io/aggregate-to-view": "true",
			"rbac.authorization.k8s.io/aggregate-to-edit": "true", "rbac.authorization.k8s.io/aggregate-to-admin": "true",
		}}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"metrics.k8s.io"}, Resources: []string{"pods", "nodes"},
			Verbs: []string{"get", "list", "watch"}}}},
	}
	docs = append(docs, app.role("system:metrics-server",
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"nodes/metrics"}, Verbs: []string{"get"}},
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods", "nodes"}, Verbs: []string{"get", "list", "watch"}})...)
	return append(docs,
		app.bind("metrics-server:system:auth-delegator", "system:auth-delegator"),
		app.readAuthentication("metrics-server-auth-reader"),
		app.service(443, "https"),
		pods,
		// As upstream does, the API server accepts the certificate that metrics-server generates at each start.
		&apiService{kind("apiregistration.k8s.io/v1", "APIService"), metav1.ObjectMeta{Name: "v1beta1.metrics.k8s.io", Labels: app.labels},
			apiServiceSpec{
				Group: "metrics.k8s.io", Version: "v1beta1", Service: serviceReference{app.name, app.namespace},
				InsecureSkipTLSVerify: true, GroupPriorityMinimum: 100, VersionPriority: 100,
			}},
	), nil
}
