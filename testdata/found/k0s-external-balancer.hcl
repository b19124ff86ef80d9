# valid: k0sctl's file behind a balancer of others
# fact: pods = 10.244.0.0/16
# fact: services = 10.96.0.0/12
# fact: endpoint = 172.16.100.207:6443
# fact: nodes = c1 c2 c3 w1 w2 w3 w4 w5
cluster "balanced" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.24.7"
  control_plane_endpoint = "172.16.100.207:6443"
  cert_sans              = ["172.16.100.207"]
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/12"]
  cni "none" {}
}

load_balancer "external" { virtual_ip = "172.16.100.207" }

target "bare-metal" {}

ssh { user = "admin" }

node "c1" {
  roles   = ["control-plane"]
  address = "172.16.103.59"
}

node "c2" {
  roles   = ["control-plane"]
  address = "172.16.100.193"
}

node "c3" {
  roles   = ["control-plane"]
  address = "172.16.114.75"
}

node "w1" {
  roles   = ["worker"]
  address = "172.16.112.107"
}

node "w2" {
  roles   = ["worker"]
  address = "172.16.100.208"
}

node "w3" {
  roles   = ["worker"]
  address = "172.16.103.53"
}

node "w4" {
  roles   = ["worker"]
  address = "172.16.113.185"
}

node "w5" {
  roles   = ["worker"]
  address = "172.16.113.201"
}
