package check

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/k8splan/k8splan/planner/plan"
)

// gatesOfEtcd are etcd's feature gates, with the first minor that has each. Source: go.etcd.io/etcd/server/v3 features/etcd_features.go at
// v3.6.16 and v3.7.3, and pkg/v3/featuregate
var gatesOfEtcd = map[string]int{
	"AllAlpha": 6, "AllBeta": 6, "CompactHashCheck": 6, "InitialCorruptCheck": 6, "LeaseCheckpoint": 6, "LeaseCheckpointPersist": 6,
	"SetMemberLocalAddr": 6, "StopGRPCServiceOnDefrag": 6, "TxnModeWriteWithSharedBuffer": 6,
	"FastLeaseKeepAlive": 7, "PriorityRequest": 7,
}

// notNegative are kube-apiserver flags whose number or duration must not be negative. Source: k8s.io/apiserver@v0.37.2
// pkg/server/options/server_run_options.go, Validate
var notNegative = []string{"livez-grace-period", "max-requests-inflight", "max-mutating-requests-inflight", "request-timeout",
	"min-request-timeout", "storage-initialization-timeout", "shutdown-delay-duration", "shutdown-watch-termination-grace-period"}

// emulated matches a version that a component can emulate. Source: k8s.io/apimachinery@v0.37.2 pkg/util/version, ParseMajorMinor
var emulated = regexp.MustCompile(`^v?[0-9]+\.[0-9]+$`)

// refusedValue says why a component exits because of a value that has the flag's type, with what to write; "" if it does not exit.
func refusedValue(c judgedLine, a plan.Arg) string {
	if c.component == "etcd" {
		return etcdRefuses(c, a)
	}
	if a.Name == "emulated-version" {
		for v := range strings.SplitSeq(a.Value, ",") {
			_, version, named := strings.Cut(v, "=")
			if !named {
				version = v
			}
			if !emulated.MatchString(version) {
				return fmt.Sprintf("%q is not a minor version. Write a value such as \"1.%d\".", version, c.minor-1)
			}
			if n, err := strconv.Atoi(version[strings.Index(version, ".")+1:]); err == nil && n > c.minor {
				return fmt.Sprintf("%q is newer than %s. Write a value such as \"1.%d\".", version, c.release, c.minor-1)
			}
		}
	}
	if problem := startRefusal(c, a); problem != "" {
		return problem
	}
	switch c.component {
	case "kube-apiserver":
		return cmp.Or(apiServerRefuses(c, a), auditBackendProblem(c, a), serverOptionProblem(c, a))
	case "kube-controller-manager":
		return controllerManagerRefuses(a)
	}
	return ""
}

func apiServerRefuses(c judgedLine, a plan.Arg) string {
	switch {
	case slices.Contains(notNegative, a.Name) && strings.HasPrefix(a.Value, "-") && strings.Trim(a.Value, "-0smh") != "":
		return "it cannot be negative. Write 0 or more."
	case a.Name == "service-account-max-token-expiration":
		// Source: k8s.io/kubernetes@v1.37.2 pkg/controlplane/apiserver/options/options.go
		if d, err := time.ParseDuration(a.Value); err == nil && d != 0 && (d < time.Hour || d > time.Duration(1<<32)*time.Second) {
			return "it must be at least 1h. Write a value such as \"24h\"."
		}
	case a.Name == "watch-cache-sizes":
		// Source: k8s.io/apiserver@v0.37.2 pkg/server/options/etcd.go, ParseWatchCacheSizes
		for one := range strings.SplitSeq(a.Value, ",") {
			resource, size, _ := strings.Cut(one, "#")
			if n, err := strconv.Atoi(size); err != nil || n < 0 {
				name, _, _ := strings.Cut(resource, "=")
				return fmt.Sprintf("%q is not a resource and its size, separated by #. Write a value such as %q.", one, name+"#100")
			}
		}
	case a.Name == "authentication-config" && a.Value != "":
		// Source: k8s.io/kubernetes@v1.37.2 pkg/kubeapiserver/options/authentication.go, validateOIDCOptions
		for _, other := range c.args {
			if strings.HasPrefix(other.Name, "oidc-") {
				return fmt.Sprintf("it cannot be combined with --%s. Write the issuer into that file, and remove the oidc "+
					"flags.", other.Name)
			}
		}
	}
	return ""
}

// etcdGateProblem finds gates that the member does not know: it exits at the first one.
func etcdGateProblem(value string, minor int) string {
	for pair := range strings.SplitSeq(value, ",") {
		gate, _, _ := strings.Cut(pair, "=")
		if gate = strings.TrimSpace(gate); gate == "" {
			continue
		}
		since, ok := gatesOfEtcd[gate]
		switch {
		case !ok:
			var known []string
			for name, since := range gatesOfEtcd {
				if since <= minor {
					known = append(known, name)
				}
			}
			slices.Sort(known)
			return unknownValue(gate, known)
		case since > minor:
			return fmt.Sprintf("%s was added in etcd 3.%d. Remove it.", gate, since)
		}
	}
	return ""
}
