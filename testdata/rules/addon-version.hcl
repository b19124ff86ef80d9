cluster "dev" {
  type = "all-in-one"
  kubelet {
    server_tls_bootstrap = true
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "headlamp" {
  version = "0.1.0" # warning: addon-version: k8splan was not tested with
}
