cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets         = ["10.0.0.0/9"] # error: network-pod-mask-gap: 17 bits
  service_subnets     = ["10.128.0.0/16"]
  node_cidr_mask_size = 26
}
