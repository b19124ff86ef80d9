package check_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/check"
	"github.com/k8splan/k8splan/planner/flags"
	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

// formed are values of flags with a special format.
var formed = map[string]string{
	"allow-metric-labels": "metric,label=value", "cidr-allocator-type": "RangeAllocator", "cors-allowed-origins": "//example.com:",
	"etcd-servers-overrides": "/events#https://10.0.0.4:2379", "leader-elect-lease-duration": "30s", "leader-elect-renew-deadline": "20s",
	"leader-elect-retry-period": "5s", "service-account-jwks-uri": "https://oidc.example.com/jwks",
	"storage-media-type":                   "application/yaml",
	"strict-transport-security-directives": "max-age=600",
}

// A design with every flag of every component that no other rule decides is reported only at the keys of wrong flags.
func TestAllFlagsInOneDesign(t *testing.T) {
	for _, minor := range check.MinorsOf("kubelet") {
		version := plan.Version{Major: 1, Minor: minor}
		newest, _ := (*plan.Table)(nil).At(version).NewestPatch()
		if newest.IsZero() {
			t.Fatalf("no release of 1.%d", minor)
		}
		block := func(component, name string, indent string) string {
			var b strings.Builder
			fmt.Fprintf(&b, "%s%s {\n%s  extra_args = {\n", indent, name, indent)
			for _, flag := range flags.Names(component, minor) {
				f, _ := flags.Find(component, flag, minor)
				value := check.RightValue(f)
				switch flag {
				case "authentication-config", "authorization-config", "vmodule": // exclude those of oidc, authorization-mode, and json
					continue
				case "emulated-version":
					value = version.MinorString()
				case "service-account-max-token-expiration":
					value = "24h"
				case "watch-cache-sizes":
					value = "pods#100"
				case "show-hidden-metrics-for-version":
					value = fmt.Sprintf("1.%d", minor-1)
				default:
					value = cmp.Or(formed[flag], value)
				}
				if !strings.ContainsAny(value, " \"'\\$") {
					fmt.Fprintf(&b, "%s    %q = %q\n", indent, flag, value)
				}
			}
			fmt.Fprintf(&b, "%s  }\n%s}\n", indent, indent)
			return b.String()
		}
		src := fmt.Sprintf("cluster \"dev\" {\n  type = \"all-in-one\"\n  kubernetes_version = %q\n", newest) +
			block("kube-apiserver", "api_server", "  ") + block("kube-controller-manager", "controller_manager", "  ") +
			block("kube-scheduler", "scheduler", "  ") + block("kubelet", "kubelet", "  ") +
			"}\n\nnode \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n"
		_, diags := road("all.hcl", []byte(src))
		for _, d := range diags {
			if id := rule.ID(d); slices.Contains([]string{"component-flag-unknown", "component-flag-early", "component-flag-value",
				"version-removed-flag"}, id) {
				t.Errorf("1.%d: %s: %s", minor, id, d.Detail)
			}
		}
		if !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return rule.ID(d) == "component-owned-flag" }) {
			t.Errorf("1.%d: the flags were not read: %v", minor, diags)
		}
	}
}
