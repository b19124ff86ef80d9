# Two are worse than one: both must agree.
cluster "trio" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.trio.example.com:6443"
}

network {
  node_subnets = ["172.20.0.0/24"]
}

node_pool "trio" {
  roles           = ["control-plane", "worker"] # error: topology-stacked-pair + # warning: etcd-on-worker
  count           = 2
  first_address   = "172.20.0.11"
  failure_domains = ["rack-1", "rack-2", "rack-3"]
  cpus            = 8
  memory          = "64Gi"
  disk            = "400Gi"
}

load_balancer "kube-vip" {
  virtual_ip = "172.20.0.10"
  interface  = "eno1"
}
