# Cilium replaces kube-proxy: that mode ipvs is on its way out is beside the point.
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
    mode = "ipvs" # error: network-replacement-beside-proxy: mode = "none"
  }
}
