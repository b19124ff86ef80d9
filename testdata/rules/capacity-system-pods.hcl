cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_cidr_mask_size = 30 # error: capacity-system-pods: dev-1 needs 6 for the cluster itself
}
