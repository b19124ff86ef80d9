cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "a" {
      disable_plugins = ["DefaultBinder"] # error: scheduler-plugin-needed: DefaultBinder
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
