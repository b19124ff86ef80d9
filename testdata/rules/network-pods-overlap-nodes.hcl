cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.10.0.10"
}

network {
  pod_subnets  = ["10.0.0.0/12"] # error: network-pods-overlap-nodes: contains the node subnet 10.10.0.0/24
  node_subnets = ["10.10.0.0/24"]
}
