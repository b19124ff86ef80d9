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
  settings = { retension = "15d" } # error: addon-setting: Did you mean "retention"?
}

addon "fluent-bit" {} # error: addon-setting: There is no destination for logs
