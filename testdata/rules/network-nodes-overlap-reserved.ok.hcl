cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_subnets     = ["192.168.56.0/24"]
  reserved_subnets = ["192.168.57.0/24"]
}
