# Three converged hosts: control plane, etcd and work on each; kube-vip holds the address.
cluster "trio" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.trio.example.com:6443"
}

network {
  node_subnets = ["172.20.0.0/24"]
}

node_pool "trio" {
  roles           = ["control-plane", "worker"] # note: etcd-on-worker
  count           = 3
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

waive "etcd-on-worker" {
  reason = "three machines are all there is; their NVMe disks keep up"
}
