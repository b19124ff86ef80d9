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
}

target "aws" {
  admin_cidrs = ["10.0.0.0/8", "0.0.0.0/0"] # warning: target-open-to-everybody
}
