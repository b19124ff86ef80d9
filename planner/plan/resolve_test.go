package plan

import (
	"testing"

	"github.com/k8splan/k8splan/planner/spec"
)

func ptr[T any](v T) *T { return &v }

// large is 3 control planes, 3 etcd members, 2 balancers and so many workers in one pool.
func large(workers int) *spec.Spec {
	pool := func(name, first string, count int, roles ...string) *spec.NodePool {
		return &spec.NodePool{Source: &spec.Source{}, Name: name, Count: &count, FirstAddress: &first, Machine: spec.Machine{Roles: roles}, FailureDomains: []string{"rack-a", "rack-b", "rack-c"}}
	}
	return &spec.Spec{
		Cluster:  &spec.Cluster{Source: &spec.Source{}, Name: "prod", Type: ptr("multi-etcd-multi-master"), ControlPlaneEndpoint: ptr("api.example.com:6443")},
		Network:  &spec.Network{Source: &spec.Source{}, PodSubnets: []string{"10.128.0.0/10"}},
		Balancer: &spec.LoadBalancer{Source: &spec.Source{}, Kind: "haproxy", VirtualIP: ptr("10.0.0.10")},
		NodePools: []*spec.NodePool{
			pool("lb", "10.0.0.11", 2, "load-balancer"),
			pool("etcd", "10.0.0.21", 3, "etcd"),
			pool("cp", "10.0.0.31", 3, "control-plane"),
			pool("worker", "10.0.1.1", workers, "worker"),
		},
	}
}

func TestResolveLarge(t *testing.T) {
	p, diags := Resolve(large(5000))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if got := len(p.KubeletNodes()); got != 5003 {
		t.Errorf("%d nodes with a kubelet, want 5003", got)
	}
	if got, want := p.Etcd.InitialCluster(), "etcd-1=https://10.0.0.21:2380,etcd-2=https://10.0.0.22:2380,etcd-3=https://10.0.0.23:2380"; got != want {
		t.Errorf("initial cluster %s, want %s", got, want)
	}
}

func BenchmarkResolve5000(b *testing.B) {
	s := large(5000)
	for b.Loop() {
		if _, diags := Resolve(s); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
