cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "10.244.0.5:6443" # error: network-endpoint-overlap: the pod range 10.244.0.0/16
}

load_balancer "external" {}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.41"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.51"
}
