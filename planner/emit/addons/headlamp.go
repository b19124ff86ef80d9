package addons

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/k8splan/k8splan/planner/plan"
)

// headlamp is upstream's manifest without its long-lived token. Users log in with their own token and see what it permits. Source:
// github.com/kubernetes-sigs/headlamp kubernetes-headlamp.yaml
func headlamp(p *plan.Plan, a *plan.Addon) ([]any, error) {
	ref, err := image(p, a, "headlamp")
	if err != nil {
		return nil, err
	}
	app := app{"headlamp", "kube-system", map[string]string{"k8s-app": "headlamp"}}
	return []any{
		app.account(),
		app.service(80, "http"),
		app.deployment(1, corev1.PodSpec{
			ServiceAccountName: app.name, NodeSelector: linux,
			Containers: []corev1.Container{{
				Name: app.name, Image: ref,
				Args:          []string{"-in-cluster", "-plugins-dir=/headlamp/plugins"},
				Ports:         []corev1.ContainerPort{{Name: "http", ContainerPort: 4466, Protocol: corev1.ProtocolTCP}},
				Resources:     requests("50m", "128Mi"),
				LivenessProbe: probe("/", "http", corev1.URISchemeHTTP), ReadinessProbe: probe("/", "http", corev1.URISchemeHTTP),
			}},
		}),
	}, nil
}
