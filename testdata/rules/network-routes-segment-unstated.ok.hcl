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
  count         = 2
  first_address = "10.0.1.21"
}

network {
  node_subnets = ["10.0.0.0/23"]
  
  cni "flannel" {
    encapsulation = "host-gw"
  }
}
