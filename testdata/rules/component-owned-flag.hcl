cluster "dev" {
  type = "all-in-one"
  controller_manager {
    extra_args = { "cluster-cidr" = "10.244.0.0/16" } # error: component-owned-flag: pod_subnets
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
