# A VPN that only some colleagues use: pods could never answer them.
cluster "office" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "k8s.office.example.com:6443"
  max_nodes              = 20
}

network {
  pod_subnets      = ["10.8.0.0/16"] # error: network-pods-overlap-reserved: contains the reserved range 10.8.0.0/24
  node_subnets     = ["10.1.0.0/24"]
  reserved_subnets = ["10.8.0.0/24", "10.1.1.0/24"] # VPN, printers
}

node "office-1" {
  roles   = ["control-plane", "worker"] # warning: etcd-on-worker
  address = "10.1.0.11"
  cpus    = 4
  memory  = "16Gi"
}

node_pool "office-w" {
  roles         = ["worker"]
  count         = 5
  first_address = "10.1.0.21"
  cpus          = 8
  memory        = "32Gi"
  disk          = "500Gi"
}
