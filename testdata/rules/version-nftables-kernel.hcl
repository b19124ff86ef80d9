cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  os = "debian-11" # error: version-nftables-kernel: 5.10
}

network {
  kube_proxy {
    mode = "nftables"
  }
}
