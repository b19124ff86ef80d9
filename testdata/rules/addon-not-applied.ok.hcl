cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
  kubelet {
    server_tls_bootstrap = true
  }
}

addon "metrics-server" {}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
}

node "w" {
  roles   = ["worker"]
  address = "10.0.0.41"
}
