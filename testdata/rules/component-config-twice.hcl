cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "max-open-files" = "200000" } # error: component-config-twice
    config = {
      maxOpenFiles = 100000
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
