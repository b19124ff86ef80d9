# One control plane that does ordinary work as well, five workers, one switch.
cluster "office" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "k8s.office.example.com:6443"
  max_nodes              = 20
}

network {
  node_subnets     = ["10.1.0.0/24"]
  reserved_subnets = ["10.8.0.0/24", "10.1.1.0/24"] # VPN, printers
}

node "office-1" {
  roles   = ["control-plane", "worker"] # note: etcd-on-worker
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

waive "etcd-on-worker" {
  reason = "one fast disk, few pods"
}
