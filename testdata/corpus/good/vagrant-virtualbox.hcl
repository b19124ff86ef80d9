# A laptop: VirtualBox allows 192.168.56.0/21 for host-only networks.
cluster "play" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.play.internal:6443"
}

node "play-cp" {
  roles   = ["control-plane"]
  address = "192.168.56.10"
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
