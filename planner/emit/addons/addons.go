// Package addons emits what the playbook applies to a running cluster: the manifests of known addons, schedulers, and the cloud's
// controller manager. addons/README.md lists every addon, including those that are fetched or that the user keeps next to Ansible.
//
// The package is internal to k8splan and makes no compatibility promise.
package addons

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/templates"
)

// objects builds the documents of a known addon's file in the tree.
type objects func(*plan.Plan, *plan.Addon) ([]any, error)

// made maps each known addon to the function that builds its file.
var made = map[string]objects{
	"addons/cluster-dns.yaml":    clusterDNS,
	"addons/fluent-bit.yaml":     fluentBit,
	"addons/headlamp.yaml":       headlamp,
	"addons/metallb.yaml":        metallb,
	"addons/metrics-server.yaml": metricsServer,
	"addons/node-local-dns.yaml": nodeLocalDNS,
	"addons/prometheus.yaml":     prometheus,
}

// Emit returns the files of addons/; none if there are no addons.
func Emit(p *plan.Plan) ([]artifact.File, error) {
	if len(p.Addons) == 0 {
		return nil, nil
	}
	var files []artifact.File
	for _, a := range p.Addons {
		if file := a.ValuesPath(); file != "" {
			files = append(files, artifact.File{Path: file, Data: []byte(a.Chart.Values)})
		}
		for _, m := range a.Manifests {
			if m.Tree == "" {
				continue
			}
			make, ok := made[m.Tree]
			if a.Scheduler != nil {
				make, ok = scheduler, true
			}
			if a.Cloud != "" {
				make, ok = controllerManager, true
			}
			if !ok {
				return nil, fmt.Errorf("addon %s: no emitter creates %s", a.Name, m.Tree)
			}
			docs, err := make(p, a)
			if err != nil {
				return nil, fmt.Errorf("addon %s: %w", a.Name, err)
			}
			data, err := artifact.YAML(docs...)
			if err != nil {
				return nil, fmt.Errorf("addon %s: %w", a.Name, err)
			}
			files = append(files, artifact.File{Path: m.Tree, Data: data})
		}
	}
	readme, err := readme(p)
	if err != nil {
		return nil, err
	}
	return append(files, artifact.File{Path: "addons/README.md", Data: readme}), nil
}

func readme(p *plan.Plan) ([]byte, error) {
	body, err := fs.ReadFile(templates.Files, "tree/addons/README.md.tmpl")
	if err != nil {
		return nil, err
	}
	t, err := template.New("README.md").Option("missingkey=error").Funcs(template.FuncMap{"code": code,
		"secret": secret}).Parse(string(body))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, struct {
		Addons    []*plan.Addon
		Bootstrap string
		Verified  bool // kubelets' certificates are verified
		Uses      func(string) bool
	}{p.Addons, p.Bootstrap().Name, p.Cluster.Kubelet.ServerTLSBootstrap, func(name string) bool { return uses(p, name) }})
	return out.Bytes(), err
}

// secret describes what a cloud's controller manager reads; "" if it reads nothing.
func secret(cloud string) string {
	if k, ok := plan.FindCloud(cloud); ok && k.Secret != "" {
		return "It reads the Secret `" + k.Secret + "` of namespace kube-system: " + k.Holds +
			". That is in no file of this tree: keep it " +
			"in a manifest on Ansible's computer, and name that in the block cloud_provider."
	}
	return ""
}

// uses reports whether the design has the known addon called name.
func uses(p *plan.Plan, name string) bool {
	for _, a := range p.Addons {
		if a.Known != nil && a.Name == name {
			return true
		}
	}
	return false
}

// code formats user text as a Markdown code span that the text cannot end early.
func code(s string) string { return "`" + strings.ReplaceAll(s, "`", "'") + "`" }

// Metadata types without the fields that the API server owns.
type (
	namespace struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta `json:"metadata"`
	}
	deployment struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta     `json:"metadata"`
		Spec            appsv1.DeploymentSpec `json:"spec"`
	}
	daemonSet struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta    `json:"metadata"`
		Spec            appsv1.DaemonSetSpec `json:"spec"`
	}
	service struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ObjectMeta  `json:"metadata"`
		Spec            corev1.ServiceSpec `json:"spec"`
	}
)

func kind(api, kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: api, Kind: kind} }

const rbac = "rbac.authorization.k8s.io/v1"

// app holds the name, namespace, and labels shared by all objects of an addon.
type app struct {
	name, namespace string
	labels          map[string]string
}

func (a app) meta() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: a.name, Namespace: a.namespace, Labels: a.labels}
}

func (a app) account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: a.meta()}
}

func (a app) subjects() []rbacv1.Subject {
	return []rbacv1.Subject{{Kind: "ServiceAccount", Name: a.name, Namespace: a.namespace}}
}

// role returns a ClusterRole and its binding to the addon's service account.
func (a app) role(name string, rules ...rbacv1.PolicyRule) []any {
	return []any{
		&rbacv1.ClusterRole{TypeMeta: kind(rbac, "ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: name, Labels: a.labels}, Rules: rules},
		a.bind(name, name),
	}
}

// bind binds an existing ClusterRole to the addon's service account.
func (a app) bind(name, role string) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		TypeMeta: kind(rbac, "ClusterRoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: name, Labels: a.labels},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}, Subjects: a.subjects(),
	}
}

// readAuthentication lets an extension API server read whose identities the API server vouches for.
func (a app) readAuthentication(name string) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		TypeMeta: kind(rbac, "RoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "kube-system", Labels: a.labels},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "extension-apiserver-authentication-reader"},
		Subjects: a.subjects(),
	}
}

func (a app) namespaceObject(podSecurity string) *namespace {
	return &namespace{kind("v1", "Namespace"), metav1.ObjectMeta{Name: a.namespace, Labels: map[string]string{
		"app.kubernetes.io/name": a.name, "pod-security.kubernetes.io/enforce": podSecurity,
	}}}
}

func (a app) config(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{TypeMeta: kind("v1", "ConfigMap"), ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.namespace,
		Labels: a.labels}, Data: data}
}

// service forwards a port to the container port of the same name.
func (a app) service(port int32, name string) *service {
	return &service{kind("v1", "Service"), a.meta(), corev1.ServiceSpec{
		Selector: a.labels,
		Ports:    []corev1.ServicePort{{Name: name, Port: port, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromString(name)}},
	}}
}

func (a app) deployment(replicas int32, pod corev1.PodSpec) *deployment {
	return &deployment{kind("apps/v1", "Deployment"), a.meta(), appsv1.DeploymentSpec{
		Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: a.labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: a.labels}, Spec: pod},
	}}
}

// everywhere runs a pod on every node, whatever its taints, and replaces 10% of them at a time.
func (a app) everywhere(pod corev1.PodSpec) *daemonSet {
	atMost := intstr.FromString("10%")
	pod.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	return &daemonSet{kind("apps/v1", "DaemonSet"), a.meta(), appsv1.DaemonSetSpec{
		Selector: &metav1.LabelSelector{MatchLabels: a.labels},
		UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: appsv1.RollingUpdateDaemonSetStrategyType,
			RollingUpdate: &appsv1.RollingUpdateDaemonSet{MaxUnavailable: &atMost}},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: a.labels}, Spec: pod},
	}}
}

var linux = map[string]string{"kubernetes.io/os": "linux"}

func requests(cpu, memory string) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu),
		corev1.ResourceMemory: resource.MustParse(memory)}}
}

// confined is the security context of a container that needs no access to its node.
func confined(user int64) *corev1.SecurityContext {
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: to(false), ReadOnlyRootFilesystem: to(true), RunAsNonRoot: to(true), RunAsUser: to(user),
		Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

// reaching adapts a pod that needs access to its node: where SELinux enforces, it does not confine the pod.
func reaching(p *plan.Plan, pod corev1.PodSpec) corev1.PodSpec {
	if p.Hosts.Enforce() {
		pod.SecurityContext = &corev1.PodSecurityContext{SELinuxOptions: &corev1.SELinuxOptions{Type: plan.Unconfined}}
	}
	return pod
}

func probe(path, port string, scheme corev1.URIScheme) *corev1.Probe {
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString(port),
		Scheme: scheme}}, PeriodSeconds: 10, FailureThreshold: 3}
}

func hostPath(name, path string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}}
}

// image returns the reference of the addon's image called name.
func image(p *plan.Plan, a *plan.Addon, name string) (string, error) {
	for _, source := range a.Images {
		if strings.Contains(source, "/"+name+":") || strings.Contains(source, "/"+name+"@") {
			return p.Artifacts.ImageRef(source), nil
		}
	}
	return "", fmt.Errorf("no image %s", name)
}

func to[T any](v T) *T { return &v }
