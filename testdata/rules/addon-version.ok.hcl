cluster "dev" {
  type = "all-in-one"
  kubelet {
    server_tls_bootstrap = true
  }
  kubernetes_version = "1.36.3"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metrics-server" {
  version = "0.8.0"
}
