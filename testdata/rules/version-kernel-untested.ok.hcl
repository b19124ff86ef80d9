cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.34.4" # note: version-end-of-life
}

node "dev-1" {
  address = "192.168.56.10"
  os = "rhel-9.5" # note: host-selinux-permissive
}

network {
  kube_proxy {
    mode = "iptables"
  }
}

waive "version-end-of-life" {
  reason = "upgraded with the next maintenance window"
}

waive "host-selinux-permissive" {
  reason = "nothing else runs here"
}
