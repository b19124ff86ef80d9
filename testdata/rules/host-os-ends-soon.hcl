# today: 2027-03-01
cluster "prod" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
  os      = "ubuntu-22.04" # warning: host-os-ends-soon: gets its last security updates on 2027-04-30
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.21"
}
