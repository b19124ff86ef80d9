cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metallb" {
  pool "default" {
    addresses = ["127.0.0.10-127.0.0.20"] # error: addon-pool-unusable: loopback
  }
}
