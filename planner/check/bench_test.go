package check_test

import (
	"fmt"
	"github.com/k8splan/k8splan/planner/check"
	"os"
	"testing"
)

// large is a design with this many nodes: realistic pools, and a tenth of the nodes in separate blocks.
func large(nodes int) []byte {
	single := min(nodes/10, 5000)
	src := fmt.Sprintf(`
cluster "large" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.large.example.com:6443"
}

network {
  pod_subnets         = ["10.128.0.0/9"]
  node_cidr_mask_size = 25
  service_subnets     = ["172.20.0.0/16"]
  node_subnets        = ["10.64.0.0/10"]
}

load_balancer "external" {}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.64.0.11"
  failure_domains = ["a", "b", "c"]
}

node_pool "worker" {
  roles           = ["worker"]
  count           = %d
  first_address   = "10.65.0.0"
  failure_domains = ["a", "b", "c"]
}
`, nodes-single)
	for i := range single {
		src += fmt.Sprintf("\nnode \"x-%d\" {\n  roles          = [\"worker\"]\n  address        = \"10.66.%d.%d\"\n  failure_domain = "+
			"\"a\"\n  labels         = { \"example.com/i\" = \"%d\" }\n}\n", i, i/250, i%250, i)
	}
	return []byte(src)
}

// BenchmarkRun measures only the checks.
func BenchmarkRun(b *testing.B) {
	for _, nodes := range []int{500, 5000, 50000} {
		p, diags := road("large.hcl", large(nodes))
		if diags.HasErrors() {
			b.Fatal(diags)
		}
		b.Run(fmt.Sprint(nodes), func(b *testing.B) {
			for b.Loop() {
				check.Run(p, today)
			}
		})
	}
}

// BenchmarkExample measures the checks of the design in testdata/corpus/example.hcl.
func BenchmarkExample(b *testing.B) {
	src, err := os.ReadFile(corpusDir + "example.hcl")
	if err != nil {
		b.Fatal(err)
	}
	p, _ := road("example.hcl", src)
	for b.Loop() {
		check.Run(p, today)
	}
}
