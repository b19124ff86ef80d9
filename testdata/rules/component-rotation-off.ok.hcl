cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
  kubelet {
    extra_args = { "rotate-certificates" = "true" }
  }
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
}

node "worker" {
  roles   = ["worker"]
  address = "10.0.0.51"
}
