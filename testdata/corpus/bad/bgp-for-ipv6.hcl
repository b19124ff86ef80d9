# Dual stack, and the endpoint is to have the new family: the routers in the rack speak BGP over IPv4.
cluster "rack" {
  type = "multi-etcd-multi-master"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd10:244::/56"]
  service_subnets = ["10.96.0.0/16", "fd10:96::/112"]
}

load_balancer "kube-vip" {
  virtual_ip = "fd99::10" # error: load-balancer-bgp-family: learn no route to fd99::10
  mode       = "bgp"
  bgp_as     = 65001
  bgp_peers  = ["10.77.0.1:65000"]
}

node_pool "cp" {
  roles                   = ["control-plane"]
  count                   = 3
  first_address           = "10.77.0.31"
  first_secondary_address = "fd77::31"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.77.0.41"
  first_secondary_address = "fd77::41"
}
