package addons

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/k8splan/k8splan/planner/plan"
)

// cloudRules covers what every controller manager built on k8s.io/cloud-provider does, in one role. Source:
// k8s.io/cloud-provider-aws@v1.37.1 examples/existing-cluster/base/cluster-role.yaml; github.com/kubernetes/cloud-provider-openstack
// manifests/controller-manager/cloud-controller-manager-roles.yaml; DigitalOcean's v0.1.71.yml
var cloudRules = []rbacv1.PolicyRule{
	{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"create", "patch", "update"}},
	{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"get", "list", "watch", "patch", "update", "delete"}},
	{APIGroups: []string{""}, Resources: []string{"nodes/status"}, Verbs: []string{"patch"}},
	{APIGroups: []string{""}, Resources: []string{"services"}, Verbs: []string{"list", "patch", "update", "watch"}},
	{APIGroups: []string{""}, Resources: []string{"services/status"}, Verbs: []string{"list", "patch", "update", "watch"}},
	{APIGroups: []string{""}, Resources: []string{"serviceaccounts"}, Verbs: []string{"create", "get", "list", "watch"}},
	{APIGroups: []string{""}, Resources: []string{"serviceaccounts/token"}, Verbs: []string{"create"}},
	{APIGroups: []string{""}, Resources: []string{"persistentvolumes"}, Verbs: []string{"get", "list", "update", "watch"}},
	{APIGroups: []string{""}, Resources: []string{"endpoints"}, Verbs: []string{"create", "get", "list", "watch", "update"}},
	{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"},
		Verbs: []string{"create", "get", "list", "watch", "update", "delete"}},
}

// controllerManager returns a cloud's controller manager, deployed on control planes as its vendor does: on the host network because there
// is no pod network yet, with the host's DNS, and on nodes that are neither initialized nor ready.
func controllerManager(p *plan.Plan, a *plan.Addon) ([]any, error) {
	app := app{a.Name, "kube-system", map[string]string{"app.kubernetes.io/name": a.Name}}
	c := corev1.Container{Name: "cloud-controller-manager", Resources: requests("100m", "64Mi")}
	pod := corev1.PodSpec{
		ServiceAccountName: app.name, HostNetwork: true, DNSPolicy: corev1.DNSDefault, PriorityClassName: "system-cluster-critical",
		NodeSelector: map[string]string{"kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": ""},
		Tolerations: []corev1.Toleration{
			{Key: "node.cloudprovider.kubernetes.io/uninitialized", Operator: corev1.TolerationOpExists,
				Effect: corev1.TaintEffectNoSchedule},
			{Key: "node-role.kubernetes.io/control-plane", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
			{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists},
		},
	}
	docs := []any{app.account(), app.readAuthentication(app.name + "-auth-reader")}
	name := map[string]string{"aws": "cloud-controller-manager", "digitalocean": "digitalocean-cloud-controller-manager",
		"hetzner": "hcloud-cloud-controller-manager", "openstack": "openstack-cloud-controller-manager"}[a.Cloud]
	ref, err := image(p, a, name)
	if err != nil {
		return nil, err
	}
	c.Image = ref
	cluster := "--cluster-name=" + p.Cluster.Name
	switch a.Cloud {
	case "aws":
		c.Args = []string{"--v=2", "--cloud-provider=aws", "--configure-cloud-routes=false", cluster}
	case "digitalocean":
		c.Command = []string{"/bin/digitalocean-cloud-controller-manager", "--leader-elect=false"}
		c.Env = []corev1.EnvVar{secretValue("DO_ACCESS_TOKEN", "digitalocean", "access-token", false)}
	case "hetzner": // the pod network handles routes: it encapsulates
		c.Args = []string{"--allow-untagged-cloud", "--cloud-provider=hcloud", "--webhook-secure-port=0", "--leader-elect=false"}
		c.Env = []corev1.EnvVar{
			secretValue("HCLOUD_TOKEN", "hcloud", "token", false),
			secretValue("HCLOUD_NETWORK", "hcloud", "network", p.Target.Cloud() != "hetzner"),
			{Name: "HCLOUD_NETWORK_ROUTES_ENABLED", Value: "false"},
		}
		c.Env = append(c.Env, hetznerBalancers(p)...)
	case "openstack":
		c.Args = []string{"/bin/openstack-cloud-controller-manager", "--v=1", cluster, "--cloud-config=/etc/config/cloud.conf",
			"--cloud-provider=openstack", "--use-service-account-credentials=false"}
		c.VolumeMounts = []corev1.VolumeMount{{Name: "cloud-config", MountPath: "/etc/config", ReadOnly: true},
			{Name: "authorities", MountPath: "/etc/ssl/certs", ReadOnly: true}}
		pod.Volumes = []corev1.Volume{
			{Name: "cloud-config", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "cloud-config"}}},
			hostPath("authorities", "/etc/ssl/certs"),
		}
	default:
		return nil, fmt.Errorf("there is no manifest for the controller manager of %s", a.Cloud)
	}
	pod.Containers = []corev1.Container{c}
	if a.Cloud == "hetzner" { // as upstream does
		docs = append(docs, app.bind(app.name, "cluster-admin"))
	} else {
		docs = append(docs, app.role("k8splan:"+app.name, cloudRules...)...)
	}
	replicas := int32(1)
	if a.Cloud == "aws" || a.Cloud == "openstack" { // other vendors run one replica without leader election
		pod.Containers[0].Ports = []corev1.ContainerPort{{Name: "https", ContainerPort: 10258, HostPort: 10258,
			Protocol: corev1.ProtocolTCP}}
		replicas = min(2, int32(len(p.ControlPlanes())))
	}
	deployment := app.deployment(replicas, pod)
	deployment.Spec.Strategy = oneForOne()
	return append(docs, deployment), nil
}

// oneForOne removes a pod before creating its successor: on the host network, both would need the same port. Recreate would do the same,
// but existing objects reject it: their rollingUpdate was defaulted, and no apply removes that. Source:
// https://github.com/kubernetes/kubernetes/issues/24198
func oneForOne() appsv1.DeploymentStrategy {
	none, one := intstr.FromInt32(0), intstr.FromInt32(1)
	return appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &none, MaxUnavailable: &one}}
}

// hetznerBalancers tells the controller manager where to create a Service's balancer and how it reaches the nodes that the target hetzner
// creates. Without a location, no balancer is created, and the firewall blocks it from the nodes' public addresses. The failure domains are
// Hetzner locations. Source: github.com/hetznercloud/hcloud-cloud-controller-manager internal/hcops/load_balancer.go and
// docs/reference/load_balancer_envs.md
func hetznerBalancers(p *plan.Plan) []corev1.EnvVar {
	first := p.ControlPlanes()
	if p.Target.Cloud() != "hetzner" || len(first) == 0 || first[0].FailureDomain == "" {
		return nil
	}
	return []corev1.EnvVar{{Name: "HCLOUD_LOAD_BALANCERS_LOCATION", Value: first[0].FailureDomain},
		{Name: "HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP", Value: "true"}}
}

func secretValue(name, secret, key string, optional bool) corev1.EnvVar {
	selector := &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: key}
	if optional {
		selector.Optional = &optional
	}
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: selector}}
}
