cluster "dev" {
  type = "all-in-one"
  kubelet {
    server_tls_bootstrap = true
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metrics-server" {}

addon "prometheus-adapter" { # error: addon-conflict: v1beta1.metrics.k8s.io
  manifest "https://example.com/v1.2.3/install.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
