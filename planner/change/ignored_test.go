package change_test

import (
	"strings"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/change"
)

// TestIgnored changes arguments that the target ignores: the cluster does not change, and target-unused reports the same arguments.
func TestIgnored(t *testing.T) {
	const workers = "node_pool \"w\" {\n  roles = [\"worker\"]\n  count = 2\n  first_address = \"10.0.0.21\"\n  cpus = 4\n" +
		"  memory = \"8Gi\"\n  failure_domains = [\"a\"]\n  # pool\n}\n"
	const design = "cluster \"c\" {\n  type = \"single-etcd-single-master\"\n  kubernetes_version = \"1.35.8\"\n}\nnode \"cp\" {\n" +
		"  roles = [\"control-plane\"]\n  address = \"10.0.0.11\"\n  cpus = 4\n  memory = \"8Gi\"\n  failure_domain = \"a\"\n}\n" +
		workers + "ssh {\n  user = \"ops\"\n}\n"
	for _, c := range []struct {
		target, old, new string
		want             change.Class
	}{
		{`target "bare-metal" {}`, "", `instance_type = "m5.large"`, change.None},
		{`target "bare-metal" {}`, `instance_type = "m5.large"`, `instance_type = "m5.xlarge"`, change.None},
		{`target "kubespray" {}`, "", `instance_type = "m5.large"`, change.None},
		{`target "kubernetes-the-hard-way" {}`, "", `instance_type = "m5.large"`, change.None},
		{"target \"proxmox\" {\n  subnets = [\"10.0.0.0/24\"]\n}", "", `instance_type = "m5.large"`, change.None},
		{"target \"libvirt\" {\n  subnets = [\"10.0.0.0/24\"]\n}", "", `instance_type = "m5.large"`, change.None},
		{`target "kind" {}`, "", "}\nnetwork {\n  dns {\n    node_local_cache = true\n  }", change.None},
		{`target "kind" {}`, "", "}\nnetwork {\n  dns {\n    upstream = [\"10.0.0.2\"]\n  }", change.None},
		{`target "kind" {}`, "", "instance_type = \"m5.large\"\n  disk = \"100Gi\"", change.None},
		{`target "bare-metal" {}`, "", `labels = { "example.com/a" = "b" }`, change.InPlace},
	} {
		var records [2]*change.Record
		var said bool
		for i, text := range []string{c.old, c.new} {
			src := strings.Replace(design, "# pool", text, 1) + c.target + "\n"
			project, diags := planner.Open("topology.hcl", []byte(src), nil, time.Time{})
			if project == nil {
				t.Fatalf("%s: %v", c.target, diags)
			}
			for _, d := range diags {
				said = said || i == 1 && d.Summary == "Setting ignored by the target"
			}
			records[i] = change.Of(project.Plan(), "test")
		}
		r := change.Between(records[0], records[1])
		if r.Verdict != c.want || len(r.Changes) == 0 || len(r.Steps) > 0 && c.want == change.None || said != (c.want == change.None) {
			t.Errorf("%s, %s: %s with %d changes and %d steps, said: %v; want %s", c.target, c.new, r.Verdict, len(r.Changes), len(r.Steps),
				said, c.want)
		}
	}
}
