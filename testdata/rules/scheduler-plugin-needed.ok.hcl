cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "a" {
      disable_plugins = ["ImageLocality"]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
