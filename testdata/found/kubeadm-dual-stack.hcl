# refused network-pod-mask-inverted: a /80 of pods has no room for the /64 of a node
cluster "v6test" {
  type                   = "single-etcd-single-master"
  kubernetes_version     = "1.18.2"
  control_plane_endpoint = "192.168.2.71:6443"
  cert_sans              = ["192.168.2.71"]
  feature_gates          = { IPv6DualStack = true }
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd02::/80"]
  service_subnets = ["172.16.0.0/16", "fd03::/112"]
  dns_domain      = "cluster.local"
  kube_proxy { mode = "ipvs" }
}

target "bare-metal" {}

node "cp" {
  roles   = ["control-plane"]
  address = "192.168.2.71"
}

node "w" {
  roles   = ["worker"]
  address = "192.168.2.72"
}
