# valid: RKE's file with four members, a proxy on every node and canal
# fact: pods = 10.42.0.0/16
# fact: services = 10.43.0.0/16
# fact: balancer = local
# fact: cni = canal
# fact: sans = 10.37.200.99
# fact: members = n-1 n-2 n-3 n-4
cluster "rke" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.24.8"
  control_plane_endpoint = "api.example.com:6443"
  cert_sans              = ["10.37.200.99"]
}

network {
  pod_subnets     = ["10.42.0.0/16"]
  service_subnets = ["10.43.0.0/16"]
  cni "other" {
    plugin        = "canal"
    encapsulation = "vxlan"
  }
}

etcd {
  topology = "external"
}


load_balancer "local" {}

container_runtime "docker" {}

target "bare-metal" {}

node_pool "n" {
  roles         = ["control-plane", "etcd", "worker"]
  count         = 3
  first_address = "10.37.200.100"
}

node "n-4" {
  roles   = ["etcd", "worker"]
  address = "10.37.200.103"
}
