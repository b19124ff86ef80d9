cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "external" {}

node "cp-1" {
  roles          = ["control-plane"]
  address        = "10.0.0.31"
  failure_domain = "room-1/rack-a"
}

node "cp-2" {
  roles          = ["control-plane"]
  address        = "10.0.0.32"
  failure_domain = "room-2/rack-b"
}

node "cp-3" {
  roles          = ["control-plane"]
  address        = "10.0.0.33"
  failure_domain = "room-3"
}

node "w-1" {
  roles          = ["worker"]
  address        = "10.0.0.41"
  failure_domain = "room-1/rack-a"
}

node "w-2" {
  roles          = ["worker"]
  address        = "10.0.0.42"
  failure_domain = "room-2/rack-b"
}
