# kubespray#9150: a /18 for pods with a /24 for each node has room for 64 nodes.
locals {
  racks = ["rack-a", "rack-b", "rack-c"]
}

cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "api.prod.example.com:6443"
  cert_sans              = ["api-internal.prod.example.com"]
  max_nodes              = 200
}

network {
  pod_subnets      = ["10.244.0.0/18"] # warning: capacity-pod-range-growth: has room for 64 nodes; the plan has 48 and grows to 200
  node_subnets     = ["10.4.0.0/22"]
  reserved_subnets = ["10.8.0.0/16", "172.31.0.0/16"]
}

etcd {
  data_dir = "/srv/etcd"
}

load_balancer "haproxy" {
  virtual_ip = "10.4.0.10"
}

node "lb-1" {
  roles          = ["load-balancer"]
  address        = "10.4.0.11"
  failure_domain = local.racks[0]
}

node "lb-2" {
  roles          = ["load-balancer"]
  address        = "10.4.0.12"
  failure_domain = local.racks[1]
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 3
  first_address   = "10.4.0.21"
  failure_domains = local.racks
  cpus            = 4
  memory          = "16Gi"
  disk            = "100Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 3
  first_address   = "10.4.0.31"
  failure_domains = local.racks
  cpus            = 4
  memory          = "16Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 45
  first_address   = "10.4.1.1"
  failure_domains = local.racks
  labels          = { "example.com/tier" = "general" }
}
