package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/spec"
)

// hosts are the facts of a target with existing machines.
var hosts = Facts{Name: defaultTarget, Hosting: Hosts, Resolving: Resolving{L2: true}}

// load reads a topology without mistakes.
func load(t testing.TB, src string) *spec.Spec {
	t.Helper()
	s, diags := spec.Load("topology.hcl", []byte(src), nil)
	if diags.HasErrors() {
		t.Fatalf("the test's own topology is wrong: %s\n%s", describe(diags), src)
	}
	return s
}

// resolved is the plan of a topology without mistakes.
func resolved(t testing.TB, src string) *Plan {
	t.Helper()
	p, diags := Resolve(load(t, src), hosts)
	if len(diags) > 0 {
		t.Fatalf("%s\n%s", describe(diags), src)
	}
	return p
}

// resolvedOn is the plan of a topology on a target with these facts.
func resolvedOn(t testing.TB, facts Facts, src string) *Plan {
	t.Helper()
	s := load(t, src)
	s.Target = &spec.Target{Source: s.Cluster.Source, Name: facts.Name}
	p, diags := Resolve(s, facts)
	if len(diags) > 0 {
		t.Fatalf("%s\n%s", describe(diags), src)
	}
	return p
}

func describe(diags hcl.Diagnostics) string {
	var lines []string
	for _, d := range diags {
		lines = append(lines, d.Error())
	}
	return strings.Join(lines, "\n")
}

func (p *Plan) decision(path string) string {
	for _, d := range p.Decisions {
		if d.Path == path {
			return d.Value
		}
	}
	return ""
}

// production is the design of the language's example: external etcd, three control planes, two balancers, workers in a pool.
func production(workers int) string {
	return fmt.Sprintf(`
cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "api.example.com:6443"
  cert_sans              = ["api-internal.example.com"]
  max_nodes              = %d
}
network {
  pod_subnets      = ["10.128.0.0/10"]
  service_subnets  = ["10.96.0.0/16"]
  reserved_subnets = ["172.31.0.0/16"]
  cni "flannel" {}
  kube_proxy {
    mode = "nftables"
  }
}
container_runtime "containerd" {}
etcd {
  topology = "external"
}
load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}
ssh {
  user             = "ubuntu"
  private_key_file = "~/.ssh/id_ed25519"
}
artifacts {
  source           = "binaries"
  mirror_url       = "http://10.0.0.2:8000/"
  image_repository = "10.0.0.2:5000"
}
node "lb-1" {
  roles          = ["load-balancer"]
  address        = "10.0.0.11"
  failure_domain = "rack-a"
}
node "lb-2" {
  roles          = ["load-balancer"]
  address        = "10.0.0.12"
  failure_domain = "rack-b"
}
node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.0.0.21"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
  cpus            = 4
  memory          = "8Gi"
}
node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = ["rack-a", "rack-b", "rack-c"]
}
node_pool "worker" {
  roles         = ["worker"]
  count         = %d
  first_address = "10.0.1.1"
  labels        = { "example.com/tier" = "general" }
}
node "gpu-1" {
  roles   = ["worker"]
  address = "10.0.0.99"
  arch    = "arm64"
  os      = "ubuntu-24.04"
  taint {
    key    = "example.com/gpu"
    value  = "true"
    effect = "NoSchedule"
  }
}
waive "control-plane-undersized" {
  reason  = "test hardware until the new racks arrive"
  expires = "2027-03-01"
}
`, workers+200, workers)
}

// smallest is the smallest valid file.
const smallest = `
cluster "dev" { type = "all-in-one" }
node "dev-1" {
  address = "192.168.56.10"
}
`

// stacked is three control planes with stacked etcd behind one balancer, and a worker.
const stacked = `
cluster "ha" { type = "multi-etcd-multi-master" }
node "lb" {
  roles   = ["load-balancer"]
  address = "10.0.0.9"
}
node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.11"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.21"
}
`
