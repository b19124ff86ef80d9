cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 20
  first_address = "10.0.0.21"
}

network {
  pod_subnets = ["10.244.0.0/20"] # error: capacity-pod-range: has room for 16 nodes; the plan has 21
}
