cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
}

node_pool "more" {
  roles         = ["worker"]
  count         = 3
  first_address = "10.0.0.22" # error: host-duplicate-address: 10.0.0.23 to 10.0.0.25 are free
}
