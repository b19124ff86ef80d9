cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "a" {
      enable_plugins = ["NodeResourceFit"] # error: scheduler-plugin-unknown: Did you mean "NodeResourcesFit"?
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
