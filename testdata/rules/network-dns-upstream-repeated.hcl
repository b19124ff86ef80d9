cluster "dev" {
  type = "all-in-one"
}

network {
  dns {
    upstream = ["192.168.56.1", "192.168.56.1:53"] # warning: network-dns-upstream-repeated: listed twice
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
