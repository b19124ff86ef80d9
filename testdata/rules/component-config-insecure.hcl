cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      readOnlyPort   = 10255                              # error: component-config-insecure
      authorization  = { mode = "AlwaysAllow" }           # error: component-config-insecure
      authentication = { anonymous = { enabled = true } } # error: component-config-insecure
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
