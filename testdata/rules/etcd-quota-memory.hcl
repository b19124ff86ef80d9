cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  memory = "4Gi"
}

etcd {
  quota = "6Gi" # warning: etcd-quota-memory: dev-1 has 4Gi
}
