# kubeadm#2472: several control planes, and everybody dials the first.
cluster "trio" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "172.20.0.11:6443" # error: endpoint-is-control-plane: the virtual IP 172.20.0.10
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

load_balancer "kube-vip" {
  virtual_ip = "172.20.0.10"
  interface  = "eno1"
}
