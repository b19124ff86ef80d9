cluster "dev" {
  type = "all-in-one"
}

network {
  dns {
    upstream = ["10.244.3.7"] # error: network-dns-upstream-unusable: in the pod range
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
