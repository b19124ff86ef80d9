cluster "site" { # warning: endpoint-fixed-address: api.site.example.com
  type                   = "single-etcd-single-master"
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
