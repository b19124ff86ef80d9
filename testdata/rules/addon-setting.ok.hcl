cluster "dev" {
  type = "all-in-one"
  kubelet {
    server_tls_bootstrap = true
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "prometheus" {
  settings = { retention = "1w2d", storage = "50Gi", storage_class = "fast" }
}

addon "fluent-bit" {
  settings = { output = "http", host = "logs.example.com", http_passwd = "$${HTTP_PASSWORD}", secret = "logs" }
}
