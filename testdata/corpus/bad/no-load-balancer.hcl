# k0sctl#602, #475: three control planes and nothing before them.
cluster "trio" {
  type                   = "multi-etcd-multi-master" # error: topology-no-load-balancer
  control_plane_endpoint = "api.trio.example.com:6443"
}

network {
  node_subnets = ["172.20.0.0/24"]
}

node_pool "trio" {
  roles           = ["control-plane", "worker"] # warning: etcd-on-worker
  count           = 3
  first_address   = "172.20.0.11"
  failure_domains = ["rack-1", "rack-2", "rack-3"]
  cpus            = 8
  memory          = "64Gi"
  disk            = "400Gi"
}
