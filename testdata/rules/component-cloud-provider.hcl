cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "cloud-provider" = "external" } # warning: component-cloud-provider: uninitialized
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
