cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  cni "flannel" {
    encapsulation = "bgp" # error: network-encapsulation: vxlan, host-gw, wireguard, or ipip
  }
}
