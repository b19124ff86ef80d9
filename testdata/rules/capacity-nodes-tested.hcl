cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
  max_nodes              = 6000 # warning: capacity-nodes-tested: 5,000
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "192.168.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "192.168.0.21"
}

network {
  pod_subnets     = ["10.0.0.0/9"]
  service_subnets = ["172.20.0.0/16"]
}
