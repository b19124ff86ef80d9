cluster "dev" {
  type = "all-in-one"

  controller_manager {
    extra_args = { "concurrent-gc-syncs" = "-1" } # error: component-flag-breaks: objects that a deleted object owns are never deleted
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
