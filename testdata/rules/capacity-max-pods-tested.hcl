cluster "dev" {
  type = "all-in-one"
  kubelet {
    max_pods = 500 # warning: capacity-max-pods-tested: 250
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_cidr_mask_size = 22
}
