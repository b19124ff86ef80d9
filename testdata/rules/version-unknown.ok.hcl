cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.35.4"
}

node "dev-1" {
  address = "192.168.56.10"
}
