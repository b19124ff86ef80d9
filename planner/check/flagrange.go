package check

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// Where the control plane components validate their flags at startup. What is checked here was compared with 1.31.14 to 1.36.3; if an older
// minor accepts more, the row says so. Read on 2026-11-30.
const (
	controllerValidation = "https://github.com/kubernetes/kubernetes/tree/v1.37.2/cmd/kube-controller-manager/app/options"
	serverValidation     = "https://github.com/kubernetes/apiserver/tree/v0.37.2/pkg/server/options"
	leaderValidation     = "https://github.com/kubernetes/client-go/blob/v0.37.2/tools/leaderelection/leaderelection.go"
	metricsValidation    = "https://github.com/kubernetes/component-base/blob/v0.37.2/metrics/api/v1/config.go"
	kubeadmManifests     = "https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/phases/controlplane/manifests.go"
)

var flagRangeRules = []Rule{
	flagRule(rule.Rule{
		ID: "component-flag-breaks", Severity: rule.Error, Title: "Flag value that breaks a component", Permanent: true,
		Doc: "The component accepts the value and starts, and then does not do its work: a controller without workers never acts, etcd " +
			"refuses every request, or kubeadm's probes connect to another port and the kubelet restarts the component again and again. " +
			"The logs do not show the cause.",
		Fix:     "Write a value that the finding names, or remove the flag.",
		Sources: []string{controllerValidation, kubeadmManifests, etcdFlags},
	}, commandLine.value, componentFlagBreaks),
}

// flagBounds are the ranges of numeric flags, and of periods in seconds, outside which the component exits.
var flagBounds = []struct {
	component, flag string
	bounds
	since int // first minor that rejects other values
}{
	{"kube-controller-manager", "attach-detach-reconcile-sync-period", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-cron-job-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-daemonset-syncs", bounds{1, atLeast}, 32},
	{"kube-controller-manager", "concurrent-device-taint-eviction-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-ephemeralvolume-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-horizontal-pod-autoscaler-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-job-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-resourceclaim-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-service-endpoint-syncs", bounds{1, 50}, 0},
	{"kube-controller-manager", "concurrent-statefulset-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "concurrent-validating-admission-policy-status-syncs", bounds{1, atLeast}, 0},
	{"kube-controller-manager", "max-endpoints-per-slice", bounds{1, 1000}, 0},
	{"kube-controller-manager", "mirroring-concurrent-service-endpoint-syncs", bounds{1, 50}, 0},
	{"kube-controller-manager", "mirroring-max-endpoints-per-subset", bounds{1, 1000}, 0},
	{"kube-apiserver", "apiserver-count", bounds{1, atLeast}, 0},
	{"kube-apiserver", "kubernetes-service-node-port", bounds{0, 65535}, 0},
	{"kube-scheduler", "kube-api-burst", bounds{0, atLeast}, 0},
}

// idleControllers are flags whose controller starts no workers at 0 or less, although the component accepts the value. daemonset is
// included for the minors before flagBounds covers it. Source: pkg/controller of k8s.io/kubernetes, the loops over workers
var idleControllers = map[string]string{
	"concurrent-daemonset-syncs":            "DaemonSets get no pods",
	"concurrent-deployment-syncs":           "Deployments create no pods",
	"concurrent-disruption-syncs":           "PodDisruptionBudgets are never up to date, and drains stop",
	"concurrent-endpoint-syncs":             "Services get no Endpoints",
	"concurrent-gc-syncs":                   "objects that a deleted object owns are never deleted",
	"concurrent-namespace-syncs":            "deleted namespaces stay in Terminating",
	"concurrent-rc-syncs":                   "ReplicationControllers create no pods",
	"concurrent-replicaset-syncs":           "ReplicaSets create no pods",
	"concurrent-resource-quota-syncs":       "quotas are never up to date",
	"concurrent-serviceaccount-token-syncs": "Secrets of ServiceAccounts get no tokens",
	"concurrent-ttl-after-finished-syncs":   "finished Jobs are never deleted",
}

// probedPorts are the ports that kubeadm's probes of a component use. The component's flag secure-port does not change the probes.
var probedPorts = map[string]string{"kube-controller-manager": "10257", "kube-scheduler": "10259"}

// etcdZeros are etcd flags that reject every request if they are 0. Source: go.etcd.io/etcd/server/v3@v3.6.16 etcdserver/api/v3rpc/key.go,
// checkTxnRequest, and etcdserver/v3_server.go
var etcdZeros = map[string]string{"max-txn-ops": "transaction of the API server", "max-request-bytes": "write"}

func componentFlagBreaks(p *plan.Plan, c judgedLine, a plan.Arg, _ flags.Flag, known bool) string {
	if !known || saidElsewhere(p, c, a.Name) {
		return ""
	}
	n, err := strconv.ParseInt(a.Value, 0, 64)
	lost, idle := idleControllers[a.Name]
	what, limited := etcdZeros[a.Name]
	port, probed := probedPorts[c.component]
	switch {
	case err != nil:
	case idle && c.component == "kube-controller-manager" && n < 1 && outOfBounds(c, a) == "":
		return fmt.Sprintf("--%s=%s starts no worker: %s. Write 1 or more, or remove the flag.", a.Name, a.Value, lost)
	case limited && c.component == "etcd" && n == 0:
		return fmt.Sprintf("etcd refuses every %s at --%s=0. Write a number, or remove the flag.", what, a.Name)
	case probed && a.Name == "secure-port" && a.Value != port && onHosts(p):
		return fmt.Sprintf("kubeadm's probes connect to %s on port %s, and the kubelet restarts it again and again. Remove the "+
			"flag.", c.component,
			port)
	}
	return ""
}

// outOfBounds says what to write for a number or a period that the component rejects, "" if it accepts it.
func outOfBounds(c judgedLine, a plan.Arg) string {
	for _, b := range flagBounds {
		if b.component != c.component || b.flag != a.Name || c.minor < b.since {
			continue
		}
		if d, err := time.ParseDuration(a.Value); err == nil && strings.Trim(a.Value, "-0123456789") != "" {
			if d < time.Duration(b.least)*time.Second {
				return fmt.Sprintf("it takes %s or more. Write a value such as %q.", time.Duration(b.least)*time.Second, "1m0s")
			}
			return ""
		}
		if n, err := strconv.ParseInt(a.Value, 0, 64); err == nil && !b.hold(n) {
			return "it is out of range. " + b.advice()
		}
	}
	return ""
}

// startRefusal says why a Kubernetes component exits because of a flag that most of them have, "" if it does not.
func startRefusal(c judgedLine, a plan.Arg) string {
	switch a.Name {
	case "show-hidden-metrics-for-version":
		return hiddenMetricsProblem(a.Value, c.minor)
	case "log-flush-frequency":
		if d, err := time.ParseDuration(a.Value); err == nil && d <= 0 {
			return "it must be more than 0. Write a value such as \"5s\"."
		}
	case "vmodule":
		if f := valueOf(c.args, "logging-format"); f != "" && f != "text" && a.Value != "" {
			return fmt.Sprintf("it is only for the log format text, and --logging-format is %s. Remove one of the two flags.", f)
		}
	case "allow-metric-labels":
		for pair := range strings.SplitSeq(strings.ReplaceAll(a.Value, `"`, ""), ";") {
			if key, _, _ := strings.Cut(pair, "="); !metricLabel.MatchString(strings.TrimSpace(key)) && pair != "" {
				return fmt.Sprintf("%q does not start with a metric and a label. Write a value such as \"metric,label=value\".", pair)
			}
		}
	case "disabled-metrics":
		for name := range strings.SplitSeq(a.Value, ",") {
			if c.minor >= metricNamesRefused && !metricName.MatchString(name) {
				return fmt.Sprintf("%q is not the name of a metric. Write a name such as \"apiserver_request_total\".", name)
			}
		}
	}
	if problem := outOfBounds(c, a); problem != "" {
		return problem
	}
	if c.component == "kube-controller-manager" || c.component == "kube-scheduler" {
		return leaderProblem(c, a)
	}
	return ""
}

// metricNamesRefused is the first minor that validates metric names. Source: k8s.io/component-base v0.35.4 and v0.36.3, metrics
const metricNamesRefused = 36

// Valid names of metrics and their labels. Source: metricsValidation.
var (
	metricName  = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	metricLabel = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*,[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// hiddenMetricsProblem checks the release whose hidden metrics are shown: only the previous one is valid.
func hiddenMetricsProblem(value string, minor int) string {
	if before := fmt.Sprintf("1.%d", minor-1); value != "" && value != before {
		return fmt.Sprintf("only metrics that were hidden in the previous minor can be shown. Write %q, or remove it.", before)
	}
	return ""
}

// leaderPeriods are the periods of leader election, each longer than the next, with upstream's defaults. Source: leaderValidation;
// https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
var leaderPeriods = []struct {
	flag      string
	otherwise time.Duration
}{
	{"leader-elect-lease-duration", 15 * time.Second}, {"leader-elect-renew-deadline", 10 * time.Second},
	{"leader-elect-retry-period", 2 * time.Second},
}

// leaderProblem finds a leader election period that is not longer than the next. It is reported at the first of the two that is written.
func leaderProblem(c judgedLine, a plan.Arg) string {
	if valueOf(c.args, "leader-elect") == "false" || !strings.HasPrefix(a.Name, "leader-elect-") {
		return ""
	}
	periods := make([]time.Duration, len(leaderPeriods))
	at := -1
	for i, l := range leaderPeriods {
		text := valueOf(c.args, l.flag)
		if l.flag == a.Name {
			at, text = i, a.Value
		}
		periods[i] = l.otherwise
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || l.flag != a.Name && d <= 0 {
			return "" // the finding is reported there
		}
		periods[i] = d
	}
	const jitter = 1.2 // factor by which a retry may be delayed
	switch {
	case at < 0:
	case periods[at] <= 0:
		return "it must be more than 0. Write a value such as \"" + leaderPeriods[at].otherwise.String() + "\"."
	case at <= 1 && periods[0] <= periods[1] && (at == 0 || valueOf(c.args, leaderPeriods[0].flag) == ""):
		return fmt.Sprintf("--leader-elect-lease-duration (%s) must be longer than --leader-elect-renew-deadline (%s). Write both.",
			periods[0], periods[1])
	case at >= 1 && float64(periods[1]) <= jitter*float64(periods[2]) && (at == 1 || valueOf(c.args, leaderPeriods[1].flag) == ""):
		return fmt.Sprintf("--leader-elect-renew-deadline (%s) must be longer than 1.2 times --leader-elect-retry-period (%s). Write both.",
			periods[1], periods[2])
	}
	return ""
}

// controllerManagerRefuses says why kube-controller-manager exits because of a value, "" if it does not.
func controllerManagerRefuses(a plan.Arg) string {
	if a.Name == "cidr-allocator-type" && a.Value != "" && a.Value != "RangeAllocator" {
		return "other allocators need a built-in cloud provider, which it no longer has. Remove the flag."
	}
	return ""
}

// auditBatches are the flags of audit backends whose numbers must be positive if the backend has its file. All after the first two count
// only if it sends batches. Source: serverValidation, audit.go
var auditBatches = []string{
	"truncate-max-event-size", "truncate-max-batch-size",
	"batch-buffer-size", "batch-max-size", "batch-throttle-qps", "batch-throttle-burst",
}

// auditBackendProblem checks the numbers of an audit backend.
func auditBackendProblem(c judgedLine, a plan.Arg) string {
	for _, b := range []struct{ prefix, file, mode string }{
		{"audit-log-", "audit-log-path", "blocking"}, {"audit-webhook-", "audit-webhook-config-file", "batch"},
	} {
		name, ok := strings.CutPrefix(a.Name, b.prefix)
		n, err := strconv.ParseFloat(a.Value, 64)
		if !ok || err != nil || valueOf(c.args, b.file) == "" {
			continue
		}
		mode := valueOf(c.args, b.prefix+"mode")
		batches := mode == "batch" || mode == "" && b.mode == "batch"
		throttled := !strings.HasPrefix(name, "batch-throttle-") || valueOf(c.args, b.prefix+"batch-throttle-enable") != "false" &&
			(b.mode == "batch" || valueOf(c.args, b.prefix+"batch-throttle-enable") == "true")
		switch i := slices.Index(auditBatches, name); {
		case slices.Contains([]string{"maxage", "maxbackup", "maxsize"}, name) && n < 0:
			return "it cannot be negative. Write 0 or more."
		case i < 0, n > 0, strings.HasPrefix(name, "batch-") && !batches, !throttled:
		default:
			return "it must be more than 0. Write a number, or remove the flag."
		}
	}
	return ""
}

// serverOptionProblem checks kube-apiserver flags with a special format.
func serverOptionProblem(c judgedLine, a plan.Arg) string {
	switch a.Name {
	case "service-account-jwks-uri":
		if u, err := url.Parse(a.Value); a.Value != "" && (err != nil || u.Scheme != "https") {
			return fmt.Sprintf("%q is not an https URL. Write a URL such as https://oidc.example.com/openid/v1/jwks.", a.Value)
		}
	case "storage-media-type":
		if known := []string{"application/json", "application/yaml", "application/vnd.kubernetes.protobuf"}; a.Value != "" &&
			!slices.Contains(known, a.Value) {
			return unknownValue(a.Value, known)
		}
	case "etcd-servers-overrides":
		for one := range strings.SplitSeq(a.Value, ",") {
			resource, servers, ok := strings.Cut(one, "#")
			if strings.Count(resource, "/") != 1 || !ok || slices.Contains(strings.Split(servers, ";"), "") {
				return fmt.Sprintf("%q is not a resource and its servers, separated by #. Write a value such as "+
					"\"/events#https://10.0.0.4:2379\".", one)
			}
		}
	case "strict-transport-security-directives":
		for one := range strings.SplitSeq(a.Value, ",") {
			if one != "includeSubDomains" && one != "preload" && !strings.HasPrefix(one, "max-age=") {
				return fmt.Sprintf("the directive %q is unknown. Write \"max-age=31536000\", \"includeSubDomains\", or \"preload\".", one)
			}
		}
	case "cors-allowed-origins":
		for one := range strings.SplitSeq(a.Value, ",") {
			if _, err := regexp.Compile(one); err != nil {
				return fmt.Sprintf("%q is not a regular expression. Write a value such as \"^https://example[.]com$\".", one)
			}
			start := strings.Contains(one, "^") || strings.Contains(one, "//")
			if end := strings.Contains(one, "$") || strings.Contains(one, ":"); !start || !end {
				return fmt.Sprintf("%q does not mark the start and the end of the host name. Write a value such as "+
					"\"^https://example[.]com$\".", one)
			}
		}
	case "encryption-provider-config-automatic-reload":
		if a.Value == "true" && valueOf(c.args, "encryption-provider-config") == "" {
			return "it needs --encryption-provider-config. Remove the flag."
		}
	case "emulation-forward-compatible", "runtime-config-emulation-forward-compatible":
		if a.Value == "true" && valueOf(c.args, "emulated-version") == "" {
			return "it needs --emulated-version with an older minor. Remove the flag."
		}
	case "authorization-mode":
		return authorizationProblem(c, a)
	}
	return ""
}

// authorizationProblem checks the list of authorizers and the files that they need. Source: k8s.io/kubernetes@v1.37.2
// pkg/kubeapiserver/options/authorization.go, Validate
func authorizationProblem(c judgedLine, a plan.Arg) string {
	if valueOf(c.args, "authorization-config") != "" {
		return "it cannot be combined with --authorization-config. Remove one of the two flags."
	}
	modes := strings.Split(a.Value, ",")
	for i, mode := range modes {
		if slices.Contains(modes[:i], mode) {
			return fmt.Sprintf("%s is listed twice. Write it once.", mode)
		}
	}
	for _, needs := range [][2]string{{"ABAC", "authorization-policy-file"}, {"Webhook", "authorization-webhook-config-file"}} {
		if slices.Contains(modes, needs[0]) && valueOf(c.args, needs[1]) == "" {
			return fmt.Sprintf("%s needs --%s. Add that flag, or remove %s.", needs[0], needs[1], needs[0])
		}
	}
	return ""
}

// etcdRefuses says why etcd exits because of a value, "" if it does not. Source:
// https://github.com/etcd-io/etcd/blob/v3.7.3/server/embed/config.go, Validate
func etcdRefuses(c judgedLine, a plan.Arg) string {
	switch a.Name {
	case "feature-gates":
		return etcdGateProblem(a.Value, c.minor)
	case "compact-hash-check-time", "experimental-compact-hash-check-time":
		if d, err := time.ParseDuration(a.Value); err == nil && d <= 0 {
			return "it must be more than 0. Write a value such as \"1m\"."
		}
	case "distributed-tracing-sampling-rate", "experimental-distributed-tracing-sampling-rate":
		const most = 1000000
		if n, err := strconv.Atoi(a.Value); err == nil && (n < 0 || n > most) {
			return "it is out of range. " + bounds{0, most}.advice()
		}
	case "tls-max-version":
		if a.Value == "TLS1.2" && valueOf(c.args, "tls-min-version") == "TLS1.3" {
			return "it is less than --tls-min-version. Remove one of the two flags."
		}
	case "cipher-suites":
		if a.Value != "" && valueOf(c.args, "tls-min-version") == "TLS1.3" {
			return "cipher suites of TLS 1.3 cannot be chosen, and --tls-min-version is TLS1.3. Remove one of the two flags."
		}
	}
	return ""
}
