cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.37.9" # warning: version-patch-unknown: 1.37.2
}

node "dev-1" {
  address = "192.168.56.10"
}
