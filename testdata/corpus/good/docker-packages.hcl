# Docker Engine with cri-dockerd, from packages; its bridge keeps 172.17.0.0/16.
cluster "ship" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.ship.example.com:6443"
}

container_runtime "docker" {}

artifacts {
  source = "packages"
}

network {
  pod_subnets = ["172.24.0.0/14"]
}

node "ship-1" {
  roles   = ["control-plane"]
  address = "172.16.5.11"
}

node_pool "ship-w" {
  roles         = ["worker"]
  count         = 3
  first_address = "172.16.5.21"
}
