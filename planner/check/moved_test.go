package check_test

import (
	"slices"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/rule"
)

// TestOneForOne compares mistakes in repeatable blocks with all findings about them.
func TestOneForOne(t *testing.T) {
	for _, c := range []struct {
		block string
		want  []string
	}{
		{"moved {\n  from = \"x-1\"\n}", []string{"missing-argument"}},
		{"moved {\n  to = \"w-1\"\n}", []string{"missing-argument"}},
		{"moved {\n  form = \"x-1\"\n  to = \"w-1\"\n}", []string{"unknown-argument"}},
		{"moved {\n  from = 5\n  to = \"w-1\"\n}", []string{"wrong-type"}},
		{"moved {\n  from = \"x-1\"\n  to = \"nobody\"\n}", []string{"node-moved"}},
		{"moved {\n  from = \"w-1\"\n  to = \"w-1\"\n}", []string{"node-moved"}},
		{"node \"c-1\" {\n  roles = [\"worker\"]\n  address = \"10.1.0.99\"\n  failure_domain = \"a\"\n  foo = 1\n}",
			[]string{"host-duplicate-name", "unknown-argument"}},
		{"node_pool \"c\" {\n  roles = [\"worker\"]\n  count = 1\n  first_address = \"10.1.0.99\"\n" +
			"  failure_domains = [\"a\"]\n  foo = 1\n}",
			[]string{"host-duplicate-name", "unknown-argument"}},
		{"node \"x-1\" {\n  roles = [\"worker\"]\n  adress = \"10.1.0.99\"\n  failure_domain = \"a\"\n}", []string{"unknown-argument"}},
	} {
		_, diags := planner.Open("topology.hcl", []byte(good()+c.block+"\n"), nil, time.Time{})
		var got []string
		for _, d := range diags {
			got = append(got, rule.ID(d))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: want %q, got %q", c.block, c.want, got)
		}
	}
}
