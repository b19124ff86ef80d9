# Two API servers for load, one etcd on the first control plane's host: a step toward clustered etcd.
cluster "step" {
  type                   = "single-etcd-multi-master"
  control_plane_endpoint = "api.step.example.com:6443"
}

node "step-1" {
  roles   = ["control-plane", "etcd"] # note: etcd-lone-member-shared
  address = "10.2.0.11"
}

node "step-2" {
  roles   = ["control-plane"]
  address = "10.2.0.12"
}

node_pool "step-lb" {
  roles         = ["load-balancer"]
  count         = 2
  first_address = "10.2.0.21"
}

node_pool "step-w" {
  roles         = ["worker"]
  count         = 4
  first_address = "10.2.0.31"
}

load_balancer "haproxy" {
  virtual_ip = "10.2.0.10"
}

waive "etcd-lone-member-shared" {
  reason = "etcd gets three hosts next month; until then the second API server carries load"
}
