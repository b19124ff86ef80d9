package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/k8splan/k8splan/planner"
	"github.com/k8splan/k8splan/planner/artifact"
)

// large is a topology of n workers.
func large(n int) []byte {
	return fmt.Appendf(nil, `
cluster "big" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.big.example:6443"
}
network {
  pod_subnets = ["10.128.0.0/11"]
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
node_pool "lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.0.0.11"
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["a", "b", "c"]
}
node_pool "worker" {
  roles         = ["worker"]
  count         = %d
  first_address = "10.1.0.1"
}
`, n)
}

func open(t testing.TB, src []byte) *planner.Project {
	t.Helper()
	p, diags := planner.Open("topology.hcl", src, nil, time.Time{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return p
}

func BenchmarkOpen5000(b *testing.B) {
	src := large(4995)
	for b.Loop() {
		open(b, src)
	}
}

func BenchmarkRender5000(b *testing.B) {
	p := open(b, large(4995))
	for b.Loop() {
		if _, err := p.Render(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite5000(b *testing.B) {
	set, err := open(b, large(4995)).Render()
	if err != nil {
		b.Fatal(err)
	}
	base := b.TempDir()
	i := 0
	for b.Loop() {
		i++
		dir := filepath.Join(base, fmt.Sprint(i))
		if _, err := set.Write(dir, artifact.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	os.RemoveAll(base)
}
