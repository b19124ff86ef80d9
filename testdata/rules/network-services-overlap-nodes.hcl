cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.10.0.10"
}

network {
  service_subnets = ["10.10.0.0/25"] # error: network-services-overlap-nodes: is in the node subnet
  node_subnets    = ["10.10.0.0/24"]
}
