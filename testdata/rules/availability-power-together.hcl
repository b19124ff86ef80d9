cluster "prod" {
  type                   = "multi-etcd-multi-master"
  control_plane_endpoint = "api.prod.example.com:6443"
}

load_balancer "external" {}

node "cp-1" {
  roles   = ["control-plane"]
  address = "10.0.0.31"
  power   = "feed-a"
}

node "cp-2" {
  roles   = ["control-plane"]
  address = "10.0.0.32"
  power   = "feed-b"
}

node "cp-3" {
  roles   = ["control-plane"]
  address = "10.0.0.33"
  power   = "feed-c"
}

node "w-1" {
  roles   = ["worker"]
  address = "10.0.0.41"
  power   = "feed-a" # warning: availability-power-together: All 2 workers
}

node "w-2" {
  roles   = ["worker"]
  address = "10.0.0.42"
  power   = "feed-a"
}
