cluster "dev" {
  type = "all-in-one"
  controller_manager {
    extra_args = { "cloud-provider" = "aws" } # error: component-in-tree-cloud: external
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
