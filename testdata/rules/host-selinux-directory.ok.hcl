cluster "c" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.c.example.com:6443"

  audit {
    log_dir = "/var/log/kubernetes"
  }
}

hosts {
  selinux = "enforcing"
}

etcd {
  data_dir = "/srv/etcd"
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
  os            = "rocky-9"
}
