cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.16.0.10"
}

network {
  pod_subnets  = ["10.0.0.0/12"]
  node_subnets = ["10.16.0.0/24"]
}
