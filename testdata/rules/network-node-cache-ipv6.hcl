cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "fd00:56::10"
}

network {
  pod_subnets     = ["fd00:244::/56"]
  service_subnets = ["fd00:96::/112"]

  dns {
    node_local_cache = true # error: network-node-cache-ipv6: fd00:96::/112
  }
}
