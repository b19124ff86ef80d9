cluster "prod" {
  type                   = "multi-etcd-multi-master"
  kubernetes_version     = "1.37.2"
  control_plane_endpoint = "10.0.0.99:6443" # error: load-balancer-local: every node would connect to that one host
}

load_balancer "local" {}

node_pool "cp" {
  roles         = ["control-plane"]
  count         = 3
  first_address = "10.0.0.31"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.41"
}
