# A share of one address, and more pods written than it has.
cluster "dev" {
  type = "all-in-one"

  kubelet {
    max_pods = 110 # error: capacity-pods-per-node: Write node_cidr_mask_size = 25
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_cidr_mask_size = 30
}
