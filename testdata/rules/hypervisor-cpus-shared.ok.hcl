cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

hypervisor "hv-1" {
  cpus = 4
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
  host    = "hv-1"
  cpus    = 2
  memory  = "4Gi"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 7
  first_address = "10.0.0.51"
  hosts         = ["hv-1"]
  cpus          = 2
}
