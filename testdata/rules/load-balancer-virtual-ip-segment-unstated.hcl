cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "haproxy" {
  virtual_ip = "10.1.0.10" # warning: load-balancer-virtual-ip-segment-unstated: lb-b (10.2.0.11) appears to be in another
}

node "lb-a" {
  roles   = ["load-balancer"]
  address = "10.1.0.11"
}

node "lb-b" {
  roles   = ["load-balancer"]
  address = "10.2.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.1.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.2.0.41"
}
