cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles     = ["control-plane"]
  address   = "10.0.0.11"
  etcd_name = "etcd1" # error: node-etcd-name: Target bare-metal names the member after its host
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.12"
}

target "bare-metal" {}
