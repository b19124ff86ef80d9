cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "172.31.255.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "172.31.255.21"
}
