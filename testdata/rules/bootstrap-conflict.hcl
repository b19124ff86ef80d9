cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles     = ["control-plane"]
  address   = "10.0.0.1"
}

node "worker-1" {
  roles     = ["worker"]
  address   = "10.0.0.2"
  bootstrap = true # error: bootstrap-conflict: no control plane
}
