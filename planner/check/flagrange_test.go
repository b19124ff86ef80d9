package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/rule"
)

// saidOf lists the findings of the rules component-… about an all-in-one cluster with these blocks.
func saidOf(t *testing.T, version, blocks string) (ids []string, text string) {
	t.Helper()
	src := fmt.Sprintf("cluster \"c\" {\n  type = \"all-in-one\"\n  kubernetes_version = %q\n%s\n}\nnode \"n\" {\n  address = "+
		"\"192.168.56.10\"\n  cpus = 4\n}\n", version, blocks)
	_, diags := road("c.hcl", []byte(src))
	var details []string
	for _, d := range diags {
		if id := rule.ID(d); strings.HasPrefix(id, "component-") || strings.HasPrefix(id, "etcd-") || strings.HasPrefix(id, "syntax") {
			if d.Subject != nil && d.Subject.Start.Line > 0 && id != "component-flag-deprecated" && id != "component-weak-tls" {
				ids, details = append(ids, id), append(details, d.Detail)
			}
		}
	}
	return ids, strings.Join(details, "; ")
}

// Values that a component rejects at startup, or accepts without working, are reported once; valid values are not.
func TestFlagRanges(t *testing.T) {
	const kcm, api, scheduler, etcd = "controller_manager", "api_server", "scheduler", "etcd"
	for _, c := range []struct{ of, flags, want string }{
		{kcm, `"concurrent-gc-syncs" = "-1"`, "objects that a deleted object owns are never deleted. Write 1 or more"},
		{kcm, `"concurrent-gc-syncs" = "0"`, "never deleted"},
		{kcm, `"concurrent-gc-syncs" = "30"`, ""},
		{kcm, `"concurrent-deployment-syncs" = "0"`, "Deployments create no pods"},
		{kcm, `"concurrent-job-syncs" = "0"`, "out of range. Write 1 or more."},
		{kcm, `"concurrent-service-endpoint-syncs" = "51"`, "Write a number from 1 to 50."},
		{kcm, `"max-endpoints-per-slice" = "1000"`, ""},
		{kcm, `"max-endpoints-per-slice" = "1001"`, "from 1 to 1000"},
		{kcm, `"attach-detach-reconcile-sync-period" = "500ms"`, "1s or more"},
		{kcm, `"attach-detach-reconcile-sync-period" = "2m"`, ""},
		{kcm, `"secure-port" = "0"`, "kubeadm's probes connect to kube-controller-manager on port 10257"},
		{kcm, `"secure-port" = "10257"`, ""},
		{kcm, `"cidr-allocator-type" = "CloudAllocator"`, "no longer has"},
		{kcm, `"leader-elect-lease-duration" = "5s"`, "(5s) must be longer than --leader-elect-renew-deadline (10s)"},
		{kcm, `"leader-elect-lease-duration" = "5s", "leader-elect-renew-deadline" = "4s"`, ""},
		{kcm, `"leader-elect-renew-deadline" = "20s"`, "lease-duration (15s)"},
		{kcm, `"leader-elect-renew-deadline" = "2s"`, "1.2 times --leader-elect-retry-period (2s)"},
		{kcm, `"leader-elect-retry-period" = "0s"`, "more than 0"},
		{kcm, `"leader-elect-lease-duration" = "5s", "leader-elect" = "false"`, ""},
		{scheduler, `"leader-elect-retry-period" = "9s"`, "1.2 times"},
		{scheduler, `"kube-api-burst" = "-1"`, "Write 0 or more."},
		{scheduler, `"secure-port" = "10260"`, "port 10259"},
		{scheduler, `"log-flush-frequency" = "0s"`, "more than 0"},
		{api, `"audit-policy-file" = "/etc/kubernetes/pki/a", "audit-log-path" = "-", "audit-log-maxage" = "-1"`, "cannot be negative"},
		{api, `"audit-policy-file" = "/etc/kubernetes/pki/a", "audit-log-path" = "-", "audit-log-batch-buffer-size" = "0"`, ""},
		{api, `"audit-policy-file" = "/etc/kubernetes/pki/a", "audit-log-path" = "-", "audit-log-mode" = "batch", ` +
			`"audit-log-batch-buffer-size" = "0"`, "more than 0"},
		{api, `"audit-policy-file" = "/etc/kubernetes/pki/a", "audit-log-path" = "-", "audit-log-truncate-max-event-size" = "0"`,
			"more than 0"},
		{api, `"kubernetes-service-node-port" = "70000"`, "from 0 to 65535"},
		{api, `"service-account-jwks-uri" = "http://x"`, "is not an https URL"},
		{api, `"storage-media-type" = "application/xml"`, "is unknown"},
		{api, `"storage-media-type" = "application/vnd.kubernetes.protobuf"`, ""},
		{api, `"etcd-servers-overrides" = "events#https://10.0.0.4:2379"`, "/events#"},
		{api, `"etcd-servers-overrides" = "/events#https://10.0.0.4:2379;https://10.0.0.5:2379"`, ""},
		{api, `"cors-allowed-origins" = "example.com"`, "does not mark the start and the end of the host name"},
		{api, `"cors-allowed-origins" = "^https://example[.]com$"`, ""},
		{api, `"strict-transport-security-directives" = "maxage=3"`, "max-age=31536000"},
		{api, `"encryption-provider-config-automatic-reload" = "true"`, "needs --encryption-provider-config"},
		{api, `"emulated-version" = "1.40"`, "newer than Kubernetes 1.37"},
		{api, `"authorization-mode" = "Node,RBAC,RBAC"`, "RBAC is listed twice"},
		{api, `"authorization-mode" = "Node,RBAC,Webhook"`, "Webhook needs --authorization-webhook-config-file"},
		{api, `"show-hidden-metrics-for-version" = "1.35"`, `Write "1.36", or remove it.`},
		{api, `"show-hidden-metrics-for-version" = "1.36"`, ""},
		{api, `"allow-metric-labels" = "metric=label"`, "does not start with a metric and a label"},
		{api, `"allow-metric-labels" = "metric,label=a,b;other,label=c"`, ""},
		{api, `"disabled-metrics" = "a-b"`, "is not the name of a metric"},
		{api, `"vmodule" = "a=1", "logging-format" = "json"`, "the log format text"},
		{etcd, `"max-txn-ops" = "0"`, "etcd refuses every transaction"},
		{etcd, `"compact-hash-check-time" = "0s"`, "more than 0"},
		{etcd, `"cipher-suites" = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "tls-min-version" = "TLS1.3"`, "cannot be chosen"},
	} {
		block := fmt.Sprintf("  %s {\n    extra_args = { %s }\n  }", c.of, c.flags)
		if c.of == etcd {
			block = fmt.Sprintf("}\netcd {\n  extra_args = { %s }", c.flags)
		}
		ids, text := saidOf(t, "1.37.2", block)
		if c.want == "" && text != "" || !strings.Contains(text, c.want) || len(ids) > 1 {
			t.Errorf("%s %s: %v %q, want %q", c.of, c.flags, ids, text, c.want)
		}
	}
}

// No number of workers below 1 passes in any minor that has the flag, and each is reported once.
func TestWorkersOfControllers(t *testing.T) {
	versions := map[int]string{31: "1.31.14", 32: "1.32.13", 33: "1.33.13", 34: "1.34.11", 35: "1.35.4", 36: "1.36.3", 37: "1.37.2"}
	for minor := flags.OldestKubernetes; minor <= flags.NewestKubernetes; minor++ {
		for _, f := range flags.Of("kube-controller-manager") {
			if !strings.HasPrefix(f.Name, "concurrent-") || f.Since > minor || f.Last < minor {
				continue
			}
			for _, n := range []string{"0", "-1"} {
				ids, text := saidOf(t, versions[minor], fmt.Sprintf("  controller_manager {\n    extra_args = { %q = %q }\n  }", f.Name, n))
				if serviceController := f.Name == "concurrent-service-syncs"; serviceController && len(ids) == 0 {
					continue // flags of in-tree clouds, which were removed
				}
				if len(ids) != 1 || !slices.Contains([]string{"component-flag-value", "component-flag-breaks"}, ids[0]) {
					t.Errorf("1.%d --%s=%s: %v %q", minor, f.Name, n, ids, text)
				}
			}
		}
	}
}

// The kubelet's and kube-proxy's checks of memory on NUMA nodes, metrics, and logs.
func TestConfigurationStarts(t *testing.T) {
	kubelet := "  kubelet {\n    config = { %s }\n  }"
	for _, c := range []struct{ fields, want string }{
		{`reservedMemory = [{ numaNode = 0, limits = { memory = "0" } }]`, "reserves 0 of memory on NUMA node 0"},
		{`reservedMemory = [{ numaNode = 0, limits = { memory = "1Gi" } }, { numaNode = 0, limits = { memory = "1Gi" } }]`,
			"two amounts of memory for NUMA node 0"},
		{`reservedMemory = [{ numaNode = 0, limits = { memory = "1Gi" } }, { numaNode = 1, limits = { memory = "1Gi" } }]`, ""},
		{`reservedMemory = [{ numaNode = 0, limits = { cpu = "1" } }]`, "only memory and hugepages-SIZE"},
		{`reservedMemory = [{ numaNode = 0, limits = { "hugepages-1Gi" = "2Gi" } }]`, ""},
		{`memoryManagerPolicy = "Static", reservedMemory = [{ numaNode = 0, limits = { memory = "0" } }]`, "reserves 0 of memory"},
		{`showHiddenMetricsForVersion = "1.30"`, `Write "1.36", or remove it.`},
		{`showHiddenMetricsForVersion = "1.36"`, ""},
		{`logging = { flushFrequency = "-1s" }`, "cannot be negative"},
		{`logging = { flushFrequency = "5" }`, "has no unit"},
		{`logging = { flushFrequency = "5s" }`, ""},
		{`logging = { flushFrequency = 5000000000 }`, ""},
		{`logging = { format = "json", vmodule = [{ filePattern = "a", verbosity = 1 }] }`, "the log format text"},
	} {
		ids, text := saidOf(t, "1.37.2", fmt.Sprintf(kubelet, c.fields))
		if c.want == "" && text != "" || !strings.Contains(text, c.want) || len(ids) > 1 {
			t.Errorf("%s: %v %q, want %q", c.fields, ids, text, c.want)
		}
	}
	for _, c := range []struct{ fields, want string }{
		{`showHiddenMetricsForVersion = "1.30"`, `write "1.36"`}, {`showHiddenMetricsForVersion = "1.36"`, ""},
		{`logging = { format = "xml" }`, `Write "text" or "json".`}, {`logging = { format = "json", flushFrequency = "5s" }`, ""},
		{`logging = { flushFrequency = "-5s" }`, "cannot be negative"},
	} {
		ids, text := saidOf(t, "1.37.2", fmt.Sprintf("}\nnetwork {\n  kube_proxy {\n    config = { %s }\n  }", c.fields))
		if c.want == "" && text != "" || !strings.Contains(text, c.want) || len(ids) > 1 {
			t.Errorf("%s: %v %q, want %q", c.fields, ids, text, c.want)
		}
	}
}

// A format mistake gets the matching correction, once.
func TestCorrections(t *testing.T) {
	const head = "cluster \"c\" {\n  type = \"all-in-one\"\n"
	const node = "node \"n\" {\n  address = \"192.168.56.10\"\n}\n"
	for _, c := range []struct{ src, want string }{
		{head + "  api_server {\n    extra_args = { \"audit-log-maxage=30\" = \"\" }\n  }\n}\n" + node,
			"Write \"audit-log-maxage\" = \"30\"."},
		{head + "}\n" + node + "container_runtime \"containerd\" {\n  registry \"docker.io\" {\n    mirrors = " +
			"[\"m.example.com:5000\"]\n  }\n}\n",
			"Write \"https://m.example.com:5000\"."},
		{head + "}\nnode \"n\" {\n  address\u00a0= \"192.168.56.10\"\n}\n", "This line has a special space character"},
		{head + "}\nnode {\n  name = \"n\"\n  address = \"192.168.56.10\"\n}\n", "The label is the name"},
	} {
		_, diags := road("c.hcl", []byte(c.src))
		var errors []string
		for _, d := range diags {
			if d.Severity == hcl.DiagError {
				errors = append(errors, d.Detail)
			}
		}
		if len(errors) != 1 || !strings.Contains(errors[0], c.want) {
			t.Errorf("want %q, got %q", c.want, errors)
		}
	}
}
