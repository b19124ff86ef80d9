# Four cores for a thousand nodes.
locals {
  rows = ["row-1", "row-2", "row-3", "row-4"]
}

cluster "farm" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.farm.example.com:6443"
  max_nodes              = 1500
}

network {
  pod_subnets      = ["10.128.0.0/10"]
  service_subnets  = ["172.20.0.0/16"]
  node_subnets     = ["10.64.0.0/20"]
  reserved_subnets = ["10.0.0.0/10"]
}

load_balancer "haproxy" {
  virtual_ip = "10.64.0.10"
}

node_pool "lb" {
  roles           = ["load-balancer"]
  count           = 2
  first_address   = "10.64.0.11"
  failure_domains = local.rows
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 5
  first_address   = "10.64.0.21"
  failure_domains = local.rows
  cpus            = 16
  memory          = "64Gi"
  disk            = "500Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 5
  first_address   = "10.64.0.31"
  failure_domains = local.rows
  cpus            = 4 # warning: control-plane-undersized: cpus = 32
  memory          = "128Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 1000
  first_address   = "10.64.1.0"
  failure_domains = local.rows
}
