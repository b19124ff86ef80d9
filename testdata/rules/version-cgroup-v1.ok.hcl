cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
}

node "dev-1" {
  address = "192.168.56.10"
  os = "rhel-9.5"
}
