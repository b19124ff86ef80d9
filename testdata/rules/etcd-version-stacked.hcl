cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

etcd {
  version = "3.7.0" # warning: etcd-version-stacked
}
