package check

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// proxyRanges are the numbers that kube-proxy accepts. What is checked here is the same in 1.31.14, except for words in nodePortAddresses.
// Source: k8s.io/kubernetes@v1.37.2 pkg/proxy/apis/config/validation/validation.go, read on 2026-11-30
var proxyRanges = map[string]bounds{
	"iptables.masqueradeBit": {0, 31}, "nftables.masqueradeBit": {0, 31}, "oomScoreAdj": {-1000, 1000},
	"conntrack.maxPerCore": {0, atLeast}, "conntrack.min": {0, atLeast}, "clientConnection.burst": {0, atLeast},
}

// proxyPeriods are the durations that must not be negative. 0 means a default, or no limit. Source: as above, and
// pkg/proxy/apis/config/v1alpha1/defaults.go
var proxyPeriods = []string{
	"configSyncPeriod", "iptables.syncPeriod", "iptables.minSyncPeriod", "ipvs.syncPeriod", "ipvs.minSyncPeriod", "nftables.syncPeriod",
	"nftables.minSyncPeriod", "conntrack.tcpEstablishedTimeout", "conntrack.tcpCloseWaitTimeout", "conntrack.udpTimeout",
	"conntrack.udpStreamTimeout", "ipvs.tcpTimeout", "ipvs.tcpFinTimeout", "ipvs.udpTimeout",
}

// proxyLocalModes are the ways in which kube-proxy detects local pods' packets; "" is the default. Source: as above,
// validateDetectLocalMode
var proxyLocalModes = []string{"ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"}

// refused says why kube-proxy does not start with a value of the right type, "" if it does.
func (c configuration) refused(l leaf) string {
	if c.kind != kubeProxyKind {
		return ""
	}
	name, why := strings.Join(trimIndexes(l.path), "."), ""
	if name == "logging.flushFrequency" {
		if problem := flushProblem(l.value); problem != "" {
			return fmt.Sprintf("%s: kube-proxy exits, because %s", l.name(), problem)
		}
		return ""
	}
	switch v := l.value.(type) {
	case int64:
		if r, ok := proxyRanges[name]; ok && !r.hold(v) {
			why = r.advice()
		}
	case string:
		why = proxyTextProblem(name, v, c.minor)
	}
	if why == "" {
		return ""
	}
	return fmt.Sprintf("%s is %v, and kube-proxy does not start with it on any node. %s", l.name(), l.value, why)
}

// portWords are the words for addresses in nodePortAddresses. Source: as above, validateProxyNodePortAddress, of 1.31.14 to 1.37.2
func portWords(minor int) []string {
	const all = 37
	if minor < all {
		return []string{"primary"}
	}
	return []string{"primary", "localhost", "all"}
}

func proxyTextProblem(name, text string, minor int) string {
	switch name {
	case "metricsBindAddress", "healthzBindAddress":
		if text != "" && !bindAddress(text) {
			return "Write an address, or address and port, such as \"0.0.0.0:10249\"."
		}
	case "bindAddress":
		if text != "" && net.ParseIP(text) == nil {
			return "Write an address such as \"0.0.0.0\"."
		}
	case "showHiddenMetricsForVersion":
		if before := fmt.Sprintf("1.%d", minor-1); text != "" && text != before {
			return fmt.Sprintf("Only metrics that were hidden in the previous minor can be shown: write %q, or remove it.", before)
		}
	case "logging.format":
		if text != "" && text != "text" && text != "json" {
			return "Write \"text\" or \"json\"."
		}
	case "detectLocalMode":
		if text != "" && !slices.Contains(proxyLocalModes, text) {
			return "It takes " + choice(proxyLocalModes) + "."
		}
	case "nodePortAddresses", "ipvs.excludeCIDRs":
		_, err := netip.ParsePrefix(text)
		if err == nil || name == "nodePortAddresses" && slices.Contains(portWords(minor), text) {
			return ""
		}
		if a, err := netip.ParseAddr(text); err == nil {
			return fmt.Sprintf("It is a single address, and must be a range: %q.", netip.PrefixFrom(a, a.BitLen()))
		}
		return "Write a range such as \"10.0.0.0/24\"."
	default:
		if d, err := time.ParseDuration(text); slices.Contains(proxyPeriods, name) && err == nil && d < 0 {
			return "Write a period that is not negative."
		}
	}
	return ""
}

// bindAddress reports whether kube-proxy can listen there: an address, to which it adds its port, or an address with a port.
func bindAddress(text string) bool {
	if net.ParseIP(text) != nil {
		return true
	}
	host, port, err := net.SplitHostPort(text)
	n, bad := strconv.Atoi(port)
	const mostPort = 65535
	return err == nil && bad == nil && net.ParseIP(host) != nil && n >= 1 && n <= mostPort
}
