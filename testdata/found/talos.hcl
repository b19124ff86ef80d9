# valid: talconfig with KubePrism and names of its own
cluster "home" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.29.0"
  control_plane_endpoint = "control.example.com:6443"
}

network {
  cni "none" {}
  kube_proxy {
    mode   = "iptables"
    config = { metricsBindAddress = "0.0.0.0:10249" }
  }
}

load_balancer "local" {}

node_pool "node" {
  roles         = ["worker"]
  count         = 4
  name_pattern  = "node%d"
  first_number  = 24
  first_address = "192.168.1.24"
  arch          = "arm64"
}

node_pool "cp" {
  roles     = ["control-plane", "worker"]
  names     = ["node6", "node8", "node9"]
  addresses = ["192.168.1.182", "192.168.1.196", "192.168.1.183"]
  arch      = "arm64"
}
