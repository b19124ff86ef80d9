cluster "dev" {
  type = "all-in-one"
  controller_manager {
    extra_args = { "cloud-provider" = "external" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
