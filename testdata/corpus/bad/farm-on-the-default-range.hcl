# Nine hundred nodes, and nobody thought of the pod range.
locals {
  rows = ["row-1", "row-2", "row-3"]
}

cluster "farm" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.farm.example.com:6443"
  max_nodes              = 1000 # error: capacity-pod-range: The pod range 10.244.0.0/16 (the default), with a /24 for each node, has room for 256 nodes; the plan has 903 and grows to 1000. A /14 holds 1024. Write pod_subnets = ["10.244.0.0/14"] in network.
}

load_balancer "haproxy" {
  virtual_ip = "10.0.0.10"
}

node_pool "lb" {
  roles           = ["load-balancer"]
  count           = 2
  first_address   = "10.0.0.11"
  failure_domains = local.rows
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 5
  first_address   = "10.0.0.21"
  failure_domains = local.rows
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.0.0.31"
  failure_domains = local.rows
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 900
  first_address   = "10.0.1.0"
  failure_domains = local.rows
}
