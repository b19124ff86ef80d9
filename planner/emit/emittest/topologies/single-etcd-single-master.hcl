# Static routes, a small MTU.
cluster "branch" {
  type = "single-etcd-single-master"
}

network {
  mtu = 1400
  cni "static-routes" {}
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.1.0.10"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.1.0.11"
}
