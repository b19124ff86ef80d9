cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"]
}

load_balancer "kube-vip" {
  virtual_ip = "10.99.0.1"
  mode       = "bgp"
  bgp_as     = 65000
  bgp_peers  = ["10.0.0.1:65001"]
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "10.0.0.41"
  first_secondary_address = "fd00:1::41"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.0.0.51"
  first_secondary_address = "fd00:1::51"
}
