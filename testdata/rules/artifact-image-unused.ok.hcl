cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

etcd {
  topology = "stacked"
}

artifacts {
  images {
    etcd = "registry.example.com/etcd"
  }
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.12"
}
