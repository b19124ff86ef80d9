cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"
}

hosts {
  selinux = "enforcing"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
  os      = "rocky-9"
}

node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = "10.0.0.21"
  os            = "ubuntu-24.04" # error: host-selinux-missing
}
