# What loses data cannot be waived.
cluster "moving" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.moving.example.com:6443"
}

load_balancer "external" {}

etcd {
  data_dir = "/run/etcd" # error: etcd-data-dir-volatile
}

node_pool "etcd" {
  roles         = ["etcd"] # note: etcd-even-members
  count         = 4
  first_address = "10.17.0.11"
}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.17.0.21"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 5
  first_address = "10.17.0.31"
}

waive "etcd-even-members" {
  reason  = "etcd-5 joins this afternoon"
  expires = "2026-11-25"
}

waive "etcd-data-dir-volatile" { # error: waiver-not-allowed
  reason = "it is only a test"
}
