cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane", "worker"]
  address = "10.0.0.11"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.0.0.12"
}
