cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "192.168.56.11"
}

node "w-1" {
  roles   = ["worker"]
  address = "192.168.56.12"
}

node "nfs-1" {
  roles   = [] # error: node-beside-cluster: nfs-1 has none
  address = "192.168.56.13"
}

target "bare-metal" {
  provision = true
}
