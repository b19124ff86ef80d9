cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  mtu = 1200 # warning: network-mtu-small: 1280
}
