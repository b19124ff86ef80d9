package kubeadm_test

import (
	"testing"

	"github.com/k8splan/k8splan/planner/emit/emittest"
	"github.com/k8splan/k8splan/planner/emit/kubeadm"
)

// BenchmarkEmit renders the largest cluster that Kubernetes supports.
func BenchmarkEmit(b *testing.B) {
	p := emittest.Parse(b, `
cluster "large" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.example.com:6443"
}
network {
  pod_subnets = ["10.128.0.0/10"]
}
load_balancer "external" {}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 5
  first_address = "10.0.0.11"
}
node_pool "worker" {
  roles         = ["worker"]
  count         = 4995
  first_address = "10.1.0.1"
}
`)
	for b.Loop() {
		if _, err := kubeadm.Emit(p); err != nil {
			b.Fatal(err)
		}
	}
}
