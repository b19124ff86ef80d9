# kubeadm#1130: clones share the MAC address and product_uuid.
cluster "play" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.play.internal:6443"
}

node "play-cp" {
  roles   = ["control-plane"]
  address = "192.168.56.10"
  mac     = "08:00:27:aa:bb:cc"
  cpus    = 2
  memory  = "2Gi"
}

node "play-x" {
  roles   = ["worker"]
  address = "192.168.56.30"
  mac     = "08:00:27:AA:BB:CC" # error: host-duplicate-mac
}

node_pool "play-w" {
  roles         = ["worker"]
  count         = 2
  first_address = "192.168.56.11"
  cpus          = 2
  memory        = "2Gi"
}

target "vagrant" {}
