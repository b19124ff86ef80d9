package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/planner/spec"
)

var laterRules = []Rule{
	{rule.Rule{
		ID: "version-setting-later", Severity: rule.Warning, Title: "Setting newer than this Kubernetes",
		Doc: "The description of an older cluster has a setting that its Kubernetes version does not support. Either the cluster does " +
			"not have the setting, or it runs another version. Results about the cluster depend on both.",
		Fix: "Remove the setting, or correct `kubernetes_version`.",
		Sources: []string{"https://pkg.go.dev/k8s.io/kubelet/config/v1beta1", "https://pkg.go.dev/k8s.io/kube-proxy/config/v1alpha1",
			"https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/",
			"https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/"},
	}, versionSettingLater},
}

// laterFields maps fields of configuration files in 1.31 or newer to the minor that introduced them, if that was after 1.15. Source:
// k8s.io/kubelet config/v1beta1/types.go and k8s.io/kube-proxy config/v1alpha1/types.go at the newest patch of each minor but 1.18 (what
// 1.19 has and 1.17 has not counts as 1.18's), read on 2026-11-30.
var laterFields = map[string]map[string]int{
	kubeletKind: {
		"allowedUnsafeSysctls": 16, "topologyManagerPolicy": 16, "reservedSystemCPUs": 17, "enableServer": 18, "enableSystemLogHandler": 18,
		"kernelMemcgNotification": 18, "logging": 18, "nodeStatusMaxImages": 18, "providerID": 18, "runOnce": 18,
		"showHiddenMetricsForVersion": 18, "volumePluginDir": 18, "shutdownGracePeriod": 20, "shutdownGracePeriodCriticalPods": 20,
		"topologyManagerScope": 20, "enableDebugFlagsHandler": 21, "enableProfilingHandler": 21, "memoryManagerPolicy": 21,
		"reservedMemory": 21, "cpuManagerPolicyOptions": 22, "memorySwap": 22, "memoryThrottlingFactor": 22, "seccompDefault": 22,
		"registerNode": 23, "registerWithTaints": 23, "shutdownGracePeriodByPodPriority": 23, "localStorageCapacityIsolation": 25,
		"tracing": 25, "topologyManagerPolicyOptions": 26, "containerRuntimeEndpoint": 27, "enableSystemLogQuery": 27,
		"imageServiceEndpoint": 27, "maxParallelImagePulls": 27, "imageMaximumGCAge": 29, "containerLogMaxWorkers": 30,
		"containerLogMonitorInterval": 30, "podLogsDir": 30, "failCgroupV1": 31,
	},
	kubeProxyKind: {
		"bindAddressHardFail": 18, "detectLocalMode": 18, "showHiddenMetricsForVersion": 18, "detectLocal": 24, "logging": 28,
		"nftables": 29,
	},
}

// laterFlags maps API server flags to the minor that introduced them. Source:
// https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG (1.22 to 1.30), read on 2026-11-30
var laterFlags = map[string]int{
	"tracing-config-file": 22, "encryption-provider-config-automatic-reload": 26, "authentication-config": 29, "authorization-config": 29,
}

// cameWith is the minor that introduced a configuration field, 0 if it is older than the facts or unknown.
func cameWith(kind, field string) int {
	if minor, ok := laterFields[kind][field]; ok {
		return minor
	}
	const firstTable = 31
	const fieldLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for _, f := range flags.Fields(kind) {
		name := f.Path[:len(f.Path)-len(strings.TrimLeft(f.Path, fieldLetters))]
		if name == field && f.Since > firstTable {
			return f.Since
		}
	}
	return 0
}

// versionSettingLater checks the description of a cluster that is older than the facts, whose flags and fields no other rule checks.
func versionSettingLater(p *plan.Plan) []Finding {
	if !p.Described() || !ours(p) {
		return nil
	}
	var findings []Finding
	say := func(at hcl.Range, what string, minor int) {
		if p.Cluster.Version.Minor < minor {
			findings = append(findings, one(at, "%s was added in Kubernetes 1.%d, and the cluster runs %s, which does not support it. "+
				"Remove it, or correct kubernetes_version.", what, minor, p.Cluster.Version)...)
		}
	}
	const nftables, kubeadmV4, dualStack, kmsV2 = 29, 31, 16, 25 // for those with a gate, when it was introduced
	if p.Network.KubeProxy.Mode == "nftables" && p.Network.KubeProxy.Has("mode") {
		say(p.Network.KubeProxy.Attr("mode"), "The mode nftables of kube-proxy", nftables)
	}
	if p.Cluster.EncryptionAlgorithm != "" {
		say(p.Cluster.Attr("encryption_algorithm"), "encryptionAlgorithm of kubeadm", kubeadmV4)
	}
	for _, name := range []string{"certificate_validity", "ca_certificate_validity"} {
		if p.Cluster.Has(name) {
			say(p.Cluster.Attr(name), name+" of kubeadm", kubeadmV4)
		}
	}
	if len(p.Network.ServiceSubnets) > 1 {
		say(p.Network.Attr("service_subnets"), "A second range of Services", dualStack)
	}
	if e := p.Cluster.Encryption; e != nil && e.Provider == "kms" {
		say(e.Attr("provider"), "KMS v2", kmsV2)
	}
	for _, c := range configurations(p) {
		for _, field := range slices.Sorted(maps.Keys(c.object.Fields())) {
			say(c.object.At(spec.Path{field}), field+" of "+c.kind, cameWith(c.kind, field))
		}
	}
	for _, c := range commandLines(p) {
		for _, a := range c.args {
			if minor := laterFlags[a.Name]; c.component == "kube-apiserver" {
				say(c.key(a.Name), "--"+a.Name+" of "+c.component, minor)
			}
		}
	}
	return findings
}
