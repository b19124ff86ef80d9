cluster "dev" {
  type = "all-in-one"
  scheduler {
    extra_args = { config = "/etc/scheduler.yaml" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
