# One haproxy before two control planes.
cluster "step" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.step.example.com:6443"
}

node "step-1" {
  roles   = ["control-plane", "etcd"] # warning: etcd-lone-member-shared
  address = "10.2.0.11"
}

node "step-2" {
  roles   = ["control-plane"]
  address = "10.2.0.12"
}

node_pool "step-lb" {
  roles         = ["load-balancer"] # warning: availability-single-balancer
  count         = 1
  first_address = "10.2.0.21"
}

node_pool "step-w" {
  roles         = ["worker"]
  count         = 4
  first_address = "10.2.0.31"
}

load_balancer "haproxy" {}
