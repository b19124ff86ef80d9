# As large as Kubernetes is tested with.
cluster "huge" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.huge.example.com:6443"
}

network {
  pod_subnets     = ["10.128.0.0/11"]
  service_subnets = ["172.20.0.0/16"]
  node_subnets    = ["10.64.0.0/18"]
}

load_balancer "external" {}

etcd {
  topology = "external"
}

node_pool "etcd" {
  roles           = ["etcd"]
  count           = 5
  first_address   = "10.64.0.21"
  failure_domains = ["hall-1", "hall-2", "hall-3"]
  cpus            = 16
  memory          = "64Gi"
}

node_pool "cp" {
  roles           = ["control-plane"]
  count           = 5
  first_address   = "10.64.0.31"
  failure_domains = ["hall-1", "hall-2", "hall-3"]
  cpus            = 64
  memory          = "256Gi"
}

node_pool "worker" {
  roles           = ["worker"]
  count           = 4995
  first_address   = "10.64.1.0"
  failure_domains = ["hall-1", "hall-2", "hall-3"]
}
