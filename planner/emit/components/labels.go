package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/k8splan/k8splan/planner/plan"
)

// ZoneLabel carries a node's failure domain. Source:
// https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone
const ZoneLabel = "topology.kubernetes.io/zone"

// KubeletLabels returns the labels that the node's kubelet registers it with: the user's labels that a kubelet may set, and the failure
// domain as the zone unless the user set a zone.
func KubeletLabels(n *plan.Node) map[string]string {
	labels := map[string]string{}
	if n.FailureDomain != "" {
		labels[ZoneLabel] = n.Zone()
	}
	for k, v := range n.Labels {
		if kubeletMaySet(k) {
			labels[k] = v
		}
	}
	return labels
}

// APILabels returns the labels that only an administrator may set, with kubectl after the join, such as node-role.kubernetes.io/worker.
func APILabels(n *plan.Node) map[string]string {
	labels := map[string]string{}
	for k, v := range n.Labels {
		if !kubeletMaySet(k) {
			labels[k] = v
		}
	}
	return labels
}

// The labels inside kubernetes.io and k8s.io that a kubelet may set on its own node, and the namespaces in which it may set any.
// Source: k8s.io/kubelet pkg/apis/well_known_labels.go
var (
	ownLabels = []string{
		"beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type", "beta.kubernetes.io/os",
		"failure-domain.beta.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
		"kubernetes.io/arch", "kubernetes.io/hostname", "kubernetes.io/os", "node.kubernetes.io/instance-type",
		"topology.kubernetes.io/region", "topology.kubernetes.io/zone",
	}
	ownNamespaces = []string{"kubelet.kubernetes.io", "node.kubernetes.io"}
)

func kubeletMaySet(label string) bool {
	namespace, _, qualified := strings.Cut(label, "/")
	if !qualified || !within(namespace, "kubernetes.io") && !within(namespace, "k8s.io") {
		return true
	}
	return slices.Contains(ownLabels, label) || slices.ContainsFunc(ownNamespaces, func(own string) bool { return within(namespace, own) })
}

// within reports whether a label's namespace is the domain or one of its subdomains.
func within(namespace, domain string) bool {
	return namespace == domain || strings.HasSuffix(namespace, "."+domain)
}

// labelKey and labelName report whether a string is a valid label key, or a valid non-empty label value, by upstream's rules. Source:
// k8s.io/apimachinery pkg/util/validation, IsQualifiedName and IsValidLabelValue
func labelKey(s string) bool {
	prefix, name, qualified := strings.Cut(s, "/")
	if !qualified {
		return labelName(s)
	}
	return labelName(name) && enclosed(prefix, "-.") && strings.ToLower(prefix) == prefix
}

func labelName(s string) bool { return len(s) <= 63 && enclosed(s, "-_.") }

// enclosed reports whether s begins and ends with a letter or digit, and otherwise contains only letters, digits, and marks.
func enclosed(s, marks string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		case i == 0, i == len(s)-1, strings.IndexByte(marks, c) < 0:
			return false
		}
	}
	return s != ""
}

// JoinLabels encodes labels for --node-labels. It returns an error for an invalid label, because a comma in a value would start another
// label.
func JoinLabels(labels map[string]string) (string, error) {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if !labelKey(k) || labels[k] != "" && !labelName(labels[k]) {
			return "", fmt.Errorf("%q=%q is no label", k, labels[k])
		}
		pairs = append(pairs, k+"="+labels[k])
	}
	return strings.Join(pairs, ","), nil
}
