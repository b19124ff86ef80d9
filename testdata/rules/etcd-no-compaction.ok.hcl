cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = { "etcd-compaction-interval" = "10m" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
