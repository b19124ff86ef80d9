package check_test

import (
	"slices"
	"strings"
	"testing"
)

// base is a correct cluster to which answers adds a mistake.
const base = `cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}
node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}
node "w" {
  roles   = ["worker"]
  address = "10.0.0.2"
}
`

// answers are designs with their findings, as markers: mistakes that do not fit into a rule's file in testdata/rules.
var answers = []struct{ name, src string }{
	{"workers of a vendor without roles", `cluster "prod" { type = "multi-etcd-multi-master" }
node_pool "workers" { count = 2 }
node_pool "side" {
  roles = [] # error: node-beside-cluster: side
  count = 1
}
target "eks" {
  region   = "eu-central-1"
  vpc_cidr = "10.40.0.0/16"
  zones    = ["eu-central-1a", "eu-central-1b"]
  admin_cidrs = ["10.0.0.0/8"]
}
`},
	{"groups that are hosts, said once for a block", base + `node_pool "more" {
  for_each      = { a = "10.0.1.1", b = "10.0.1.11" }
  names         = ["${each.key}-1", "${each.key}-2"]
  first_address = each.value
  roles         = ["worker"]
  groups        = ["monitoring", "a-1"] # error: invalid-name: "a-1" is the host on line
}
`},
	{"pools of MetalLB", base + `addon "metallb" {
  pool "a" {
    addresses = [] # error: invalid-address: The pool has no addresses
  }
  pool "a" { # error: invalid-name: is already on line
    addresses = ["10.0.0.100-10.0.0.110"]
  }
}
`},
	{"failure domains of the machines of for_each", base + `node_pool "more" { # warning: availability-domain-unstated
  for_each      = { a = "10.0.1.1", b = "10.0.1.11" }
  count         = 2
  first_address = each.value
  roles         = ["worker"]
  failure_domain_of = {
    "a-1" = "x"
    "b-2" = "y"
    "c-1" = "z" # error: pool-size: The pool has no machine "c-1"
  }
}
`},
	{"failure domains of a pool without machines", base + `node_pool "none" {
  count         = 0
  first_address = "10.0.1.1"
  roles         = ["worker"]
  failure_domain_of = {
    "none-1" = "a" # error: pool-size: The pool has no machine "none-1".
  }
}
`},
	{"resources that are encrypted twice", strings.Replace(base, "\n}", `
  encryption_at_rest {
    resources = [
      "secrets",
      "*.apps",
      "secrets", # error: invalid-text: twice
      "deployments.apps", # error: invalid-text: which is among the first
      "configmaps",
    ]
  }
}`, 1)},
	{"files that kind lays nowhere", `cluster "prod" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "admission-control-config-file" = "/etc/kubernetes/api-server/a.yaml" # error: component-file-unmounted: ignores host_file
    }
  }
}
node "n" {}
target "kind" {}
`},
	{"a vendor's cluster out of support", `cluster "prod" {
  type               = "multi-etcd-multi-master"
  kubernetes_version = "1.20" # warning: version-unsupported: out of support
}
node_pool "workers" { count = 2 }
target "eks" {
  region      = "eu-central-1"
  vpc_cidr    = "10.40.0.0/16"
  zones       = ["eu-central-1a", "eu-central-1b"]
  admin_cidrs = ["10.0.0.0/8"]
}
`},
	{"a private registry, and cluster DNS of one's own", base + `artifacts {
  image_repository = "registry.example.com/k8s"
}
network {
  dns { replicas = 3 }
}
`},
	{"members of others' etcd without port or scheme", base + `etcd {
  external_endpoints = [
    "https://10.0.0.21", # error: invalid-url: Write "https://10.0.0.21:2379"
    "10.0.0.22:2379", # error: invalid-url: Write "https://10.0.0.22:2379"
    "https://[fd00::1]", # error: invalid-url: Write "https://[fd00::1]:2379"
  ]
}
`},
}

func TestAnswers(t *testing.T) {
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			want, words := expected([]byte(test.src))
			_, diags := road("prod.hcl", []byte(test.src))
			var got []string
			for _, d := range diags {
				mark := said(d)
				got = append(got, mark)
				if w := words[mark]; !strings.Contains(d.Detail, w) {
					t.Errorf("%s: no %q in %q", mark, w, d.Detail)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
				for _, d := range diags {
					t.Logf("%s: %s", said(d), d.Detail)
				}
			}
		})
	}
}
