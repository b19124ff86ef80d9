cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"
}

hosts {
  admin_cidrs = ["10.0.0.0/24"] # error: host-firewall-unmanaged
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
