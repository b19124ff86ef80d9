cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

etcd {
  topology = "external"
}

artifacts {
  images {
    etcd = "registry.example.com/etcd" # warning: artifact-image-unused
  }
}

node "cp-1" {
  roles   = ["control-plane", "etcd"]
  address = "10.0.0.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.12"
}
