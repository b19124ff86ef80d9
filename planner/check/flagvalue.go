package check

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/flags"
)

// enumeration lists all values that a component accepts for a flag of type string.
type enumeration struct {
	component string // "kube" for every Kubernetes component that has the flag
	flag      string
	list      bool   // several, separated by commas
	needs     string // the flag without which this one is not read; "" if it is always read
	values    []string
}

// enumerations contains the values that the components themselves check at startup. Sources, all at v1.37.2 of Kubernetes and v3.7.3 of
// etcd: staging/src/k8s.io/apiserver/pkg/server/options/{audit,etcd,serving}.go, pkg/kubeapiserver/options/authorization.go,
// pkg/kubelet/apis/config/validation/validation.go, pkg/kubelet/cm/{cpumanager,memorymanager,topologymanager}, cmd/kubelet/app/auth.go,
// staging/src/k8s.io/component-base/{cli/flag/ciphersuites_flag.go,logs/api/v1}, client-go/tools/leaderelection/resourcelock; etcd's
// server/embed/{config,config_logging,etcd}.go.
var enumerations = []enumeration{
	{"etcd", "auto-compaction-mode", false, "", []string{"periodic", "revision"}},
	{"etcd", "cipher-suites", true, "", cipherSuites},
	{"etcd", "log-level", false, "", []string{"debug", "info", "warn", "error", "dpanic", "panic", "fatal"}},
	{"etcd", "log-format", false, "", []string{"json", "console"}},
	{"etcd", "logger", false, "", []string{"zap"}},
	{"etcd", "tls-min-version", false, "", []string{"TLS1.2", "TLS1.3"}},
	{"etcd", "tls-max-version", false, "", []string{"TLS1.2", "TLS1.3"}},
	{"kube", "logging-format", false, "", []string{"text", "json"}},
	{"kube", "tls-min-version", false, "", []string{"VersionTLS12", "VersionTLS13"}}, // and weakVersions
	{"kube", "tls-cipher-suites", true, "", cipherSuites},
	{"kube", "leader-elect-resource-lock", false, "", []string{"leases"}},
	{"kube-apiserver", "audit-log-mode", false, "audit-log-path", []string{"batch", "blocking", "blocking-strict"}},
	{"kube-apiserver", "audit-log-format", false, "audit-log-path", []string{"json", "legacy"}},
	{"kube-apiserver", "audit-log-version", false, "audit-log-path", []string{"audit.k8s.io/v1"}},
	{"kube-apiserver", "audit-webhook-mode", false, "audit-webhook-config-file", []string{"batch", "blocking", "blocking-strict"}},
	{"kube-apiserver", "audit-webhook-version", false, "audit-webhook-config-file", []string{"audit.k8s.io/v1"}},
	{"kube-apiserver", "authorization-mode", true, "", []string{"Node", "RBAC", "Webhook", "ABAC", "AlwaysAllow", "AlwaysDeny"}},
	{"kube-apiserver", "endpoint-reconciler-type", false, "", []string{"lease", "master-count", "none"}},
	{"kube-apiserver", "oidc-signing-algs", true, "oidc-issuer-url", []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256",
		"PS384", "PS512"}},
	{"kube-apiserver", "storage-backend", false, "", []string{"etcd3"}},
	{"kubelet", "authorization-mode", false, "", []string{"Webhook", "AlwaysAllow"}},
	{"kubelet", "cpu-manager-policy", false, "", []string{"none", "static"}},
	{"kubelet", "enforce-node-allocatable", true, "", []string{"pods", "system-reserved", "kube-reserved", "system-reserved-compressible",
		"kube-reserved-compressible", "none"}},
	{"kubelet", "hairpin-mode", false, "", []string{"promiscuous-bridge", "hairpin-veth", "none"}},
	{"kubelet", "memory-manager-policy", false, "", []string{"None", "Static"}},
	{"kubelet", "topology-manager-policy", false, "", []string{"none", "best-effort", "restricted", "single-numa-node"}},
	{"kubelet", "topology-manager-scope", false, "", []string{"container", "pod"}},
}

// weakVersions are TLS versions that the components accept but that we never recommend; component-weak-tls reports them.
var weakVersions = []string{"VersionTLS10", "VersionTLS11"}

// weakSuites are the cipher suites that Go calls insecure, cipherSuites all that it knows; the components check against these. Source:
// crypto/tls of Go 1.26, CipherSuites and InsecureCipherSuites;
// https://github.com/kubernetes/component-base/blob/v0.37.2/cli/flag/ciphersuites_flag.go
var (
	weakSuites = []string{
		"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA",
		"TLS_RSA_WITH_AES_128_CBC_SHA256",
		"TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
		"TLS_ECDHE_RSA_WITH_RC4_128_SHA",
		"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
	}
	cipherSuites = slices.Concat(weakSuites, []string{
		"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
		"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
		"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
	})
)

// evictionSignals are the kubelet's eviction signals. Source: k8s.io/kubernetes@v1.37.2 pkg/kubelet/eviction/api/types.go, OpForSignal
var evictionSignals = []string{
	"memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree", "containerfs.available",
	"containerfs.inodesFree",
	"allocatableMemory.available", "pid.available",
}

// reservable are the resources that can be reserved for the system. Source: k8s.io/kubernetes@v1.37.2 cmd/kubelet/app/server.go,
// parseResourceList
var reservable = []string{"cpu", "memory", "ephemeral-storage", "pid"}

// quantityPattern matches a Kubernetes quantity. Source: k8s.io/apimachinery pkg/api/resource, ParseQuantity
var (
	quantityPattern = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`)
	percentPattern  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?%$`)
)

// integers are the numeric flag types, with their size in bits.
var integers = map[string]int{"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64, "Level": 32}

var naturals = map[string]int{"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}

// valueProblem says why a component rejects a value, with what to write instead; "" if it accepts it, or if nothing is known about its
// type. other returns the value of another flag on the same command line.
func valueProblem(f flags.Flag, value string, other func(name string) string) string {
	if problem := typeProblem(f, value); problem != "" {
		return problem
	}
	if problem := enumerationProblem(f, value, other); problem != "" {
		return problem
	}
	switch f.Component + " " + f.Name {
	case "etcd auto-compaction-retention":
		return retentionProblem(value)
	case "etcd auth-token":
		if kind, _, _ := strings.Cut(value, ","); kind != "simple" && kind != "jwt" {
			return unknownValue(kind, []string{"simple", "jwt"})
		}
	case "kube-apiserver goaway-chance":
		if chance, _ := strconv.ParseFloat(value, 64); chance < 0 || chance > 0.02 {
			return fmt.Sprintf("%s is not a chance from 0 to 0.02. Write a value such as 0.001.", value)
		}
	case "kube-apiserver runtime-config":
		return runtimeConfigProblem(value)
	case "kube-apiserver oidc-issuer-url":
		if !strings.HasPrefix(value, "https://") {
			return fmt.Sprintf("%q is not an https URL. Write the URL of the issuer with https.", value)
		}
	case "kube-apiserver service-account-issuer":
		if u, err := url.Parse(value); strings.Contains(value, ":") && (err != nil || u.Scheme == "") {
			return fmt.Sprintf("%q contains a colon and is not a URL. Write a URL such as https://oidc.example.com.", value)
		}
	case "kubelet eviction-hard", "kubelet eviction-soft":
		return pairsProblem(value, "<", evictionSignals, func(s string) string {
			if quantityPattern.MatchString(s) || percentPattern.MatchString(s) {
				return ""
			}
			return fmt.Sprintf("%q is neither an amount nor a percentage. Write a value such as 500Mi or 10%%.", s)
		})
	case "kubelet eviction-minimum-reclaim":
		return pairsProblem(value, "=", evictionSignals, nil)
	case "kubelet eviction-soft-grace-period":
		return pairsProblem(value, "=", evictionSignals, durationProblem)
	case "kubelet system-reserved", "kubelet kube-reserved":
		return pairsProblem(value, "=", reservable, func(s string) string {
			if quantityPattern.MatchString(s) {
				return ""
			}
			return fmt.Sprintf("%q is not an amount. Write a value such as 500m or 1Gi.", s)
		})
	}
	return ""
}

// runtimeConfigProblem checks which API groups are on: group/version, group/version/resource, or a word for several. Source:
// k8s.io/apiserver@v0.37.2 pkg/server/resourceconfig/helpers.go, ParseGroups and getRuntimeConfigValue
func runtimeConfigProblem(value string) string {
	for pair := range strings.SplitSeq(value, ",") {
		name, on, _ := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		switch {
		case name == "":
		case strings.HasPrefix(name, "api/") && !slices.Contains([]string{"api/all", "api/ga", "api/beta", "api/alpha", "api/v1"}, name):
			return unknownValue(name, []string{"api/all", "api/ga", "api/beta", "api/alpha"})
		case !strings.Contains(name, "/"):
			return fmt.Sprintf("%q has no group and version. Write a value such as \"api/beta=false\" or \"batch/v1=true\".", name)
		case on != "" && on != "true" && on != "false":
			return fmt.Sprintf("%q is not true or false. Write \"%s=true\" or \"%s=false\".", on, name, name)
		}
	}
	return ""
}

// enumerationProblem checks a value against the only ones that the component accepts.
func enumerationProblem(f flags.Flag, value string, other func(name string) string) string {
	for _, e := range enumerations {
		if e.flag != f.Name || e.component != f.Component && (e.component != "kube" || f.Component == "etcd") || value == "" ||
			e.needs != "" && other(e.needs) == "" {
			continue
		}
		written := []string{value}
		if e.list {
			written = strings.Split(value, ",")
		}
		for _, w := range written {
			known := slices.Contains(e.values, w) || e.flag == "log-level" && slices.Contains(e.values, strings.ToLower(w))
			if !known && (e.flag != "tls-min-version" || !slices.Contains(weakVersions, w)) {
				return unknownValue(w, e.values)
			}
		}
	}
	return ""
}

// typeProblem checks a value against the type of its flag.
func typeProblem(f flags.Flag, value string) string {
	if bits, ok := integers[f.Type]; ok {
		if _, err := strconv.ParseInt(value, 0, bits); err != nil {
			return fmt.Sprintf("%q is not an integer of %d bits. Write a number.", value, bits)
		}
		return ""
	}
	if bits, ok := naturals[f.Type]; ok {
		if _, err := strconv.ParseUint(value, 0, bits); err != nil {
			return fmt.Sprintf("%q is not a non-negative integer. Write a number.", value)
		}
		return ""
	}
	switch f.Type {
	case "bool":
		if _, err := strconv.ParseBool(value); err != nil {
			return fmt.Sprintf("%q is not true or false. Write \"true\" or \"false\".", value)
		}
	case "float32", "float64":
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return fmt.Sprintf("%q is not a number. Write a value such as 0.5.", value)
		}
	case "duration":
		return durationProblem(value)
	case "ip":
		if value != "" && net.ParseIP(strings.TrimSpace(value)) == nil {
			return fmt.Sprintf("%q is not an IP address. Write an address.", value)
		}
	case "mapStringBool":
		return pairsProblem(value, "=", nil, func(s string) string {
			if _, err := strconv.ParseBool(strings.TrimSpace(s)); err != nil {
				return fmt.Sprintf("%q is not true or false. Write Name=true or Name=false.", s)
			}
			return ""
		})
	case "mapStringString":
		if f.Name == "runtime-config" { // there, api/beta means api/beta=true
			return ""
		}
		separator := "="
		if f.Name == "eviction-hard" || f.Name == "eviction-soft" {
			separator = "<"
		}
		return pairsProblem(value, separator, nil, nil)
	case "urls":
		return urlsProblem(f, value)
	case "choice":
		for v := range strings.SplitSeq(value, ",") {
			if !slices.Contains(f.Valid, v) {
				return unknownValue(v, f.Valid)
			}
		}
	}
	return ""
}

func durationProblem(value string) string {
	_, err := time.ParseDuration(value)
	if err == nil {
		return ""
	}
	if _, err := strconv.Atoi(value); err == nil {
		return fmt.Sprintf("the duration %q has no unit. Write a value such as %q.", value, value+"s")
	}
	return fmt.Sprintf("%q is not a duration. Write a value such as 30s, 10m, or 1h30m.", value)
}

// pairsProblem checks a comma-separated list of name-value pairs. names are the only valid names, nil if any is valid; judge says what is
// wrong with a value.
func pairsProblem(value, separator string, names []string, judge func(string) string) string {
	for pair := range strings.SplitSeq(value, ",") {
		if pair == "" {
			continue
		}
		name, v, ok := strings.Cut(pair, separator)
		if !ok {
			return fmt.Sprintf("%q has no %q. Write name%svalue, and separate several with commas.", pair, separator, separator)
		}
		if name = strings.TrimSpace(name); names != nil && !slices.Contains(names, name) {
			return unknownValue(name, names)
		}
		if judge != nil {
			if problem := judge(strings.TrimSpace(v)); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// retentionProblem checks how much history etcd keeps: a number of hours or revisions, or a duration. Source:
// https://github.com/etcd-io/etcd/blob/v3.7.3/server/embed/etcd.go, parseCompactionRetention
func retentionProblem(value string) string {
	if n, err := strconv.Atoi(value); value == "" || err == nil && n >= 0 {
		return ""
	}
	if _, err := time.ParseDuration(value); err != nil {
		return fmt.Sprintf("%q is neither a number nor a duration. Write a value such as 8h, or with auto-compaction-mode "+
			"\"revision\" a number of revisions.", value)
	}
	return ""
}

// urlsProblem checks URLs that etcd listens on or advertises: scheme, host, and port, without a path. Source:
// https://github.com/etcd-io/etcd/blob/v3.7.3/client/pkg/types/urls.go
func urlsProblem(f flags.Flag, value string) string {
	if value == "" || value == "*" && f.Name == "cors" {
		return ""
	}
	for one := range strings.SplitSeq(value, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		bad := err != nil
		if !bad {
			switch u.Scheme {
			case "http", "https":
				_, _, err := net.SplitHostPort(u.Host)
				bad = err != nil || u.Path != ""
			case "unix", "unixs":
			default:
				bad = true
			}
		}
		if bad {
			return fmt.Sprintf("%q is not a URL of scheme, host, and port. Write a URL such as http://127.0.0.1:2381.", one)
		}
	}
	return ""
}
