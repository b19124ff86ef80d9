cluster "dev" {
  type = "all-in-one"
}

network {
  node_subnets = ["192.168.56.0/24"]
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metallb" {
  pool "default" {
    addresses = ["192.168.57.10-192.168.57.20"] # error: addon-pool-segment: is outside node_subnets
  }
}
