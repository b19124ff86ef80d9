# A control plane takes no ordinary pods.
cluster "pi" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.pi.home.arpa:6443"
}

node "pi-cp" {
  roles   = ["control-plane"] # error: topology-no-worker
  address = "192.168.178.30"
  arch    = "arm64"
  os      = "ubuntu-24.04"
  cpus    = 4
  memory  = "8Gi"
}

node_pool "pi" {
  roles         = ["worker"]
  count         = 0
  first_address = "192.168.178.31"
  arch          = "arm64"
  os            = "ubuntu-24.04"
  cpus          = 4
  memory        = "4Gi"
}

etcd {
  quota = "2Gi" # an SD card
}
