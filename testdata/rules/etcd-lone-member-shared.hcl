cluster "shared" {
  type = "single-etcd-multi-master"
}

target "kubespray" {}

node "cp-1" {
  roles   = ["control-plane", "etcd"] # warning: etcd-lone-member-shared: have no etcd
  address = "10.0.0.31"
}

node "cp-2" {
  roles   = ["control-plane"]
  address = "10.0.0.32"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.41"
}
