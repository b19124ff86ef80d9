# A move from three to five etcd members, caught in the middle.
cluster "moving" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.moving.example.com:6443"
}

load_balancer "external" {}

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
  expires = "2026-12-31"
}
