# k/k#33562: the address of the NAT interface is the same on every machine.
cluster "play" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.play.internal:6443"
}

node "play-cp" {
  roles   = ["control-plane"]
  address = "10.0.2.15" # error: network-overlaps-target: 10.0.2.0/24
  cpus    = 2
  memory  = "2Gi"
}

node_pool "play-w" {
  roles         = ["worker"]
  count         = 2
  first_address = "192.168.56.11"
  cpus          = 2
  memory        = "2Gi"
}

target "vagrant" {}
