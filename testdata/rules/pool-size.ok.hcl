cluster "dev" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "192.168.56.10"
}

node_pool "worker" {
  roles             = ["worker"]
  count             = 3
  name_pattern      = "m%02d"
  first_number      = 4
  addresses         = ["192.168.56.24", "192.168.56.31", "192.168.56.27"]
  failure_domains   = ["rack-b"]
  failure_domain_of = { "m05" = "rack-a" }
}
