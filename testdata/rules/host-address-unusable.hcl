cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "127.0.0.1" # error: host-address-unusable: loopback
}
