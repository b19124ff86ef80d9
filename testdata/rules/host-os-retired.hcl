cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  os = "debian-11" # warning: host-os-retired: debian-13
}

network {
  kube_proxy {
    mode = "iptables"
  }
}
