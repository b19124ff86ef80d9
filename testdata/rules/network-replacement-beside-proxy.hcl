cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  cni "cilium" {
    kube_proxy_replacement = true
  }
  
  kube_proxy {
    mode = "nftables" # error: network-replacement-beside-proxy
  }
}
