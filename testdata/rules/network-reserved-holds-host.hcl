cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10" # error: network-reserved-holds-host
}

network {
  reserved_subnets = ["192.168.56.0/28"]
}
