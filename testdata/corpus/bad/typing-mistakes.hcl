# ksail#6980, k0s#8308: silently accepted elsewhere. All of a stage are reported at once.
cluster "office" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "k8s.office.example.com:6443"
  max_node               = 20 # error: unknown-argument
}

network {
  node_subnet      = ["10.1.0.0/24"] # error: unknown-argument
  reserved_subnets = ["10.8.0.0/24", "10.1.1.0/24"] # VPN, printers
}

node "office-1" {
  roles   = ["control-plane", "worker"] # warning: etcd-on-worker
  address = "10.1.0.11"
  cpus    = 4
  ram     = "16Gi" # error: unknown-argument
}

node_pool "office-w" {
  roles         = ["worker"]
  count         = 5
  first_address = "10.1.0.21"
  cpus          = 8
  memory        = "32Gi"
  disk          = "500Gi"
}
