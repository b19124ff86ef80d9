package addons

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/k8splan/k8splan/planner/emit/kubeadm"
	"github.com/k8splan/k8splan/planner/plan"
)

// scheduler runs a scheduler as pods on the control planes, with the permissions of kubeadm's scheduler and a separate lease. Source:
// https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/
func scheduler(p *plan.Plan, a *plan.Addon) ([]any, error) {
	s := a.Scheduler
	app := app{a.Name, "kube-system", map[string]string{"app.kubernetes.io/name": a.Name}}
	config, err := kubeadm.SchedulerConfig(s, app.name)
	if err != nil {
		return nil, err
	}
	pods := app.deployment(int32(s.Replicas), corev1.PodSpec{
		ServiceAccountName: app.name, PriorityClassName: "system-cluster-critical",
		NodeSelector: map[string]string{"kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": ""},
		Tolerations: []corev1.Toleration{{Key: "node-role.kubernetes.io/control-plane", Operator: corev1.TolerationOpExists,
			Effect: corev1.TaintEffectNoSchedule}},
		Affinity: &corev1.Affinity{
			PodAntiAffinity: &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
				Weight: 100, PodAffinityTerm: corev1.PodAffinityTerm{LabelSelector: &metav1.LabelSelector{MatchLabels: app.labels},
					TopologyKey: "kubernetes.io/hostname"},
			}}},
		},
		Containers: []corev1.Container{{
			Name: "scheduler", Image: p.Artifacts.ImageRef(s.Image), Command: []string{"kube-scheduler"},
			Args:            []string{"--config=/etc/scheduler/config.yaml"},
			Ports:           []corev1.ContainerPort{{Name: "https", ContainerPort: 10259, Protocol: corev1.ProtocolTCP}},
			Resources:       requests("100m", "64Mi"),
			LivenessProbe:   probe("/livez", "https", corev1.URISchemeHTTPS),
			ReadinessProbe:  probe("/readyz", "https", corev1.URISchemeHTTPS),
			SecurityContext: confined(65534),
			VolumeMounts:    []corev1.VolumeMount{{Name: "config", MountPath: "/etc/scheduler", ReadOnly: true}},
		}},
		Volumes: []corev1.Volume{{Name: "config",
			VolumeSource: corev1.VolumeSource{
				ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: app.name}},
			}}},
	})
	pods.Spec.Template.Annotations = digestOf(config)
	pods.Spec.Strategy = appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType}

	lease := &rbacv1.Role{TypeMeta: kind(rbac, "Role"), ObjectMeta: app.meta(), Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Verbs: []string{"create"}},
		{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, ResourceNames: []string{app.name},
			Verbs: []string{"get", "update"}},
	}}
	return []any{
		app.account(),
		app.bind(app.name+":system:kube-scheduler", "system:kube-scheduler"),
		app.bind(app.name+":system:volume-scheduler", "system:volume-scheduler"),
		app.readAuthentication(app.name + "-auth-reader"),
		lease,
		&rbacv1.RoleBinding{TypeMeta: kind(rbac, "RoleBinding"), ObjectMeta: app.meta(), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName,
			Kind: "Role", Name: app.name}, Subjects: app.subjects()},
		app.config(app.name, map[string]string{"config.yaml": string(config)}),
		pods,
	}, nil
}
