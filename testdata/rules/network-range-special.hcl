cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets = ["169.254.0.0/16"] # error: network-range-special: link-local
}
