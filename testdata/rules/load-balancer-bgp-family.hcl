cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

network {
  pod_subnets     = ["fd00:10:244::/56"]
  service_subnets = ["fd00:10:96::/112"]
}

load_balancer "kube-vip" {
  virtual_ip = "fd00:99::1"
  mode       = "bgp" # error: load-balancer-bgp-family: cp-1 has fd00:1::41
  bgp_as     = 65000
  bgp_peers  = ["10.0.0.1:65001"]
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "fd00:1::41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "fd00:1::51"
}
