cluster "dev" {
  type = "all-in-one"
}

network {
  node_subnets = ["192.168.56.0/24"]
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metallb" { # error: addon-pool-owner: MetalLB has no addresses to assign
}
