cluster "dev" {
  type = "all-in-one"
}

network {
  cni "cilium" {
    kube_proxy_replacement = true
  }
  kube_proxy {
    mode   = "none"
    config = { metricsBindAddress = "0.0.0.0:10249" } # warning: component-config-unread
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
