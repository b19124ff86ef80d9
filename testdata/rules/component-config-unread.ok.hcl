cluster "dev" {
  type = "all-in-one"
}

network {
  kube_proxy {
    mode   = "nftables"
    config = { metricsBindAddress = "0.0.0.0:10249" }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
