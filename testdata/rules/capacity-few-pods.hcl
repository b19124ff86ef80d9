cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_cidr_mask_size = 28 # warning: capacity-few-pods: 13 pods
}
