package addons

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/plan"
)

// pipeline is Fluent Bit's configuration in YAML. Source:
// https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml/configuration-file
type pipeline struct {
	Service  map[string]any `json:"service"`
	Pipeline struct {
		Inputs  []map[string]any `json:"inputs"`
		Filters []map[string]any `json:"filters"`
		Outputs []map[string]any `json:"outputs"`
	} `json:"pipeline"`
}

// fluentBit reads /var/log/containers on each node, in the log format that all CRI runtimes share. Upstream only publishes a Helm chart;
// this is the part of it that reads container logs. Read positions are kept on the node and survive a restart. Source:
// github.com/fluent/helm-charts charts/fluent-bit
func fluentBit(p *plan.Plan, a *plan.Addon) ([]any, error) {
	ref, err := image(p, a, "fluent-bit")
	if err != nil {
		return nil, err
	}
	app := app{"fluent-bit", "logging", map[string]string{"app.kubernetes.io/name": "fluent-bit"}}

	output := map[string]any{"match": "*"}
	for _, key := range slices.Sorted(maps.Keys(a.Settings)) {
		switch key {
		case "secret":
		case "output":
			output["name"] = a.Settings[key]
		default:
			output[key] = a.Settings[key]
		}
	}
	conf := pipeline{Service: map[string]any{"flush": 1, "log_level": "info", "http_server": "on", "http_port": 2020, "health_check": "on",
		"parsers_file": "/fluent-bit/etc/parsers.conf"}}
	conf.Pipeline.Inputs = []map[string]any{{
		"name": "tail", "path": "/var/log/containers/*.log", "multiline.parser": "docker, cri", "tag": "kube.*",
		"db":            "/var/lib/fluent-bit/containers.db",
		"mem_buf_limit": "16MB", "skip_long_lines": "on",
	}}
	conf.Pipeline.Filters = []map[string]any{{"name": "kubernetes", "match": "kube.*", "merge_log": "on", "keep_log": "off",
		"k8s-logging.parser": "on", "k8s-logging.exclude": "on"}}
	conf.Pipeline.Outputs = []map[string]any{output}
	text, err := artifact.YAML(conf)
	if err != nil {
		return nil, err
	}

	container := corev1.Container{
		Name: app.name, Image: ref,
		Command:       []string{"/fluent-bit/bin/fluent-bit"},
		Args:          []string{"--workdir=/fluent-bit/etc", "--config=/fluent-bit/etc/conf/fluent-bit.yaml"},
		Ports:         []corev1.ContainerPort{{Name: "http", ContainerPort: 2020, Protocol: corev1.ProtocolTCP}},
		Resources:     requests("50m", "64Mi"),
		LivenessProbe: probe("/", "http", corev1.URISchemeHTTP), ReadinessProbe: probe("/api/v1/health", "http", corev1.URISchemeHTTP),
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: "/fluent-bit/etc/conf"}, {Name: "logs", MountPath: "/var/log", ReadOnly: true},
			{Name: "state", MountPath: "/var/lib/fluent-bit"},
		},
	}
	if secret := a.Settings["secret"]; secret != "" {
		container.EnvFrom = []corev1.EnvFromSource{
			{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: secret}}},
		}
	}
	state := hostPath("state", "/var/lib/fluent-bit")
	state.HostPath.Type = to(corev1.HostPathDirectoryOrCreate)
	pod := corev1.PodSpec{
		ServiceAccountName: app.name, NodeSelector: linux, Containers: []corev1.Container{container},
		Volumes: []corev1.Volume{
			{Name: "config",
				VolumeSource: corev1.VolumeSource{
					ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: app.name}},
				}},
			hostPath("logs", "/var/log"), state,
		},
	}
	if p.Runtime.Name == plan.Docker { // Docker keeps logs elsewhere; /var/log only links to them
		pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "docker",
			MountPath: "/var/lib/docker/containers", ReadOnly: true})
		pod.Volumes = append(pod.Volumes, hostPath("docker", "/var/lib/docker/containers"))
	}
	docs := []any{app.namespaceObject("privileged"), app.account()}
	docs = append(docs, app.role("fluent-bit", rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"namespaces", "pods"},
		Verbs: []string{"get", "list", "watch"}})...)
	pods := app.everywhere(reaching(p, pod))
	pods.Spec.Template.Annotations = digestOf(text)
	return append(docs, app.config(app.name, map[string]string{"fluent-bit.yaml": string(text)}), pods), nil
}
