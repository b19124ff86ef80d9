# today: 2027-01-29
cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
  os      = "ubuntu-22.04"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
}
