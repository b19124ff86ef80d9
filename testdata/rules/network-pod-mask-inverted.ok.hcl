cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets         = ["10.244.0.0/24"]
  node_cidr_mask_size = 24
}
