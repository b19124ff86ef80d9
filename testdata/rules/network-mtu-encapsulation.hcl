cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  cni "flannel" {
    mtu = 1500 # error: network-mtu-encapsulation: 1450
  }
}
