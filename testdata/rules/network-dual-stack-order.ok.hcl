cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
  secondary_address = "fd00::11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
  first_secondary_address = "fd00::21"
}

network {
  pod_subnets     = ["10.244.0.0/16", "fd00:10:244::/56"]
  service_subnets = ["10.96.0.0/16"]
}
