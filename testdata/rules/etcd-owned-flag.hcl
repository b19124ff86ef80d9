cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

etcd {
  extra_args = { "listen-client-urls" = "https://0.0.0.0:2379" } # error: etcd-owned-flag
}
