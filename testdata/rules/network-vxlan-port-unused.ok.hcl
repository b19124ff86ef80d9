cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

network {
  node_subnets = ["10.0.0.0/24"]

  cni "flannel" {
    vxlan_port    = 4789
  }
}

node "cp" {
  roles   = ["control-plane"]
  address = "10.0.0.41"
}

node "worker" {
  roles   = ["worker"]
  address = "10.0.0.51"
}
