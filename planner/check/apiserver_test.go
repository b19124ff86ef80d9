package check_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
)

// A policy is read from a file next to the topology, and checked as the API server does.
func TestAuditPolicy(t *testing.T) {
	const src = "cluster \"dev\" {\n  type = \"all-in-one\"\n  audit {\n    policy = \"files/audit.yaml\"\n  }\n}\n" +
		"node \"dev-1\" {\n  address = \"192.168.56.10\"\n}\n"
	const head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
	for policy, want := range map[string]string{
		head + "rules:\n- level: Metadata\n": "",
		"":                                   "unreadable-file: There is no file",
		"kind: Policy\n":                     "audit-policy-invalid: The file is not an audit policy",
		"a: [":                               "audit-policy-invalid: The audit policy is not valid YAML",
		head:                                 "audit-policy-invalid: The audit policy has no rules",
		head + "rules:\n- level: All\n":      `audit-policy-invalid: Rule 1 of the audit policy has the level "All"`,
		head + "rules:\n- level: None\n  verb: [get]\n": `audit-policy-invalid: Rule 1 of the audit policy has ` +
			`a field "verb"`,
		head + "rules:\n- {level: None, resources: [], nonResourceURLs: []}\n": "audit-policy-invalid: Rule 1 of the audit policy " +
			"has both resources and",
	} {
		beside := fstest.MapFS{}
		if policy != "" {
			beside["files/audit.yaml"] = &fstest.MapFile{Data: []byte(policy)}
		}
		project, diags := planner.OpenBeside("topology.hcl", []byte(src), nil, today, nil, beside)
		said := ""
		for _, d := range diags {
			said += rule.ID(d) + ": " + d.Detail + "\n"
		}
		if (want == "") != (project != nil) || !strings.Contains(said, want) {
			t.Errorf("%q: want %q, got %q", policy, want, said)
		}
	}
}
