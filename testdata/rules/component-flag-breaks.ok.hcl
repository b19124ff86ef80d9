cluster "dev" {
  type = "all-in-one"

  controller_manager {
    extra_args = { "concurrent-gc-syncs" = "30" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
