cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

addon "metallb" {
  pool "default" {
    addresses = ["192.168.57.10-192.168.57.20"] # warning: addon-pool-segment-unstated: do not appear to be in one segment
  }
}
