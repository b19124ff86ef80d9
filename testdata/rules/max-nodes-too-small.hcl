cluster "site" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
  max_nodes              = 1 # error: max-nodes-too-small: defines 2
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.1"
}

node "worker-1" {
  roles   = ["worker"]
  address = "10.0.0.2"
}
