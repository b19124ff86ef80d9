cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane", "worker"] # note: etcd-on-worker
  address = "10.0.0.11"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.0.0.12"
}

waive "etcd-on-worker" {
  reason = "a small site"
}
