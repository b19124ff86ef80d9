cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

network {
  node_subnets = ["10.0.0.0/24"]

  cni "flannel" {
    encapsulation = "host-gw"
    vxlan_port    = 4789 # warning: network-vxlan-port-unused
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
