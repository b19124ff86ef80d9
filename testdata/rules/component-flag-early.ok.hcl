cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
  api_server {
    extra_args = {
      "tls-curve-preferences" = "29"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
