cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
  max_nodes              = 80
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
}

network {
  pod_subnets = ["10.244.0.0/18"] # warning: capacity-pod-range-growth: has room for 64 nodes; the plan has 3 and grows to 80
}
