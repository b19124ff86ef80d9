package check_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
	"github.com/k8splan/k8splan/topologies"
)

// TestAdmins checks that a range of administrators is reported once, by the target if it does not accept the range.
func TestAdmins(t *testing.T) {
	written := regexp.MustCompile(`(?m)^(\s*admin_cidrs\s*=).*`)
	for _, c := range []struct{ target, ranges, want string }{
		{"aws", `["203.0.113.0/24"]`, ""},
		{"aws", `["0.0.0.0/0"]`, "target-open-to-everybody"},
		{"aws", `["::/0"]`, "aws-argument"},
		{"aws", `["1.2.3.4/0"]`, "aws-argument"},
		{"eks", `["0.0.0.0/1", "128.0.0.0/1"]`, "target-open-to-everybody"},
		{"eks", `["::/0"]`, "eks-argument"},
		{"kops", `["::/0"]`, "target-open-to-everybody"},
		{"kops", `["2001:db8::1/0"]`, "kops-argument"},
	} {
		src, err := topologies.Starter(topologies.MultiEtcdMultiMaster, c.target)
		if err != nil {
			t.Fatal(err)
		}
		if !written.Match(src) {
			t.Fatalf("the starter of %s has no admin_cidrs", c.target)
		}
		src = written.ReplaceAll(src, []byte("${1} "+c.ranges))
		_, diags := planner.Open("topology.hcl", src, nil, time.Time{})
		got := ""
		for _, d := range diags {
			got += rule.ID(d)
		}
		if got != c.want {
			t.Errorf("%s, %s: want %q, got %q", c.target, c.ranges, c.want, got)
		}
	}
}
