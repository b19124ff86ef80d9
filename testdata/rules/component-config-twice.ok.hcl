cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "v" = "2" }
    config = {
      maxOpenFiles = 100000
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
