cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.30.14" # warning: version-unsupported: out of support since 2025-07-15
}

node "dev-1" {
  address = "192.168.56.10"
}
