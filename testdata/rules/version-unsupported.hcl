cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.30.14" # error: version-unsupported: v1beta4
}

node "dev-1" {
  address = "192.168.56.10"
}
