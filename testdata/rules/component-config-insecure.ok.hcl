cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      readOnlyPort   = 0
      authorization  = { mode = "Webhook" }
      authentication = { anonymous = { enabled = false } }
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
