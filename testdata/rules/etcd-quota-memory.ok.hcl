cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  memory = "8Gi"
}

etcd {
  quota = "6Gi"
}
