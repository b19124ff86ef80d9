# Three control planes, and everybody dials the first one: one mistake, one message.
cluster "prod" {
  type                   = "multi-etcd-multi-master" # error: topology-no-load-balancer
  control_plane_endpoint = "10.0.0.11:6443"
}

node "a" {
  roles   = ["control-plane"]
  address = "10.0.0.11"
}

node "b" {
  roles   = ["control-plane"]
  address = "10.0.0.12"
}

node "c" {
  roles   = ["control-plane"]
  address = "10.0.0.13"
}

node "d" {
  roles   = ["worker"] # warning: availability-single-worker
  address = "10.0.0.14"
}
