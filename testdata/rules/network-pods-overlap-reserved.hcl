cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets      = ["172.31.0.0/16"] # error: network-pods-overlap-reserved: is in
  reserved_subnets = ["172.16.0.0/12"]
}
