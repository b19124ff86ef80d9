cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.1.2.10"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.1.2.254" # warning: host-address-edge: 10.1.2.2 is free.
}
