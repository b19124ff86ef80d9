cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

network {
  node_subnets = ["10.0.0.0/24"]
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 20
  first_address = "10.0.0.240" # error: pool-addresses-exhausted: 10.0.1.3
}
