cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "kube-vip" {
  virtual_ip = "10.9.9.9"
  mode       = "bgp" # error: load-balancer-bgp-peers: bgp_peers is not written
  bgp_as     = 65000
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}
