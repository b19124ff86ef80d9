cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
}

node "dev-1" {
  address = "192.168.56.10"
}

etcd {
  extra_args = { "watch-progress-notify-interval" = "5s" }
}
