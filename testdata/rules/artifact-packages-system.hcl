cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
  os      = "amazon-linux-2023" # error: artifact-packages-system: which has no package repository for containerd
}

artifacts {
  source = "packages"
}
