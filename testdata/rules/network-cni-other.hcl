cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  cni "calico" {
    plugin = "canal" # error: network-cni-other: it knows calico
  }
}
