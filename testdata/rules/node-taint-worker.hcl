cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.site.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "worker-9" {
  roles   = ["worker"]
  address = "10.0.0.19"
  taint {
    key    = "node-role.kubernetes.io/control-plane" # error: node-taint-worker
    effect = "NoSchedule"
  }
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
}
