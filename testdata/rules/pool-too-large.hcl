cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 1000000 # error: pool-too-large: 100000
  first_address = "10.0.1.1"
}
