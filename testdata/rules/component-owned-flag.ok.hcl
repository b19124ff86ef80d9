cluster "dev" {
  type = "all-in-one"
  controller_manager {
    extra_args = { "node-monitor-grace-period" = "40s" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
