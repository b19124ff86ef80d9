# Docker Engine with cri-dockerd, from packages; its bridge keeps 172.17.0.0/16.
cluster "ship" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.ship.example.com:6443"
}

container_runtime "docker" {}

artifacts {
  source = "packages"

  # No repository has cri-dockerd, and its publisher states no checksum. This one is an example: write that of the file that you trust.
  checksums = {
    "github.com/Mirantis/cri-dockerd/releases/download/v0.4.10/cri-dockerd-0.4.10.amd64.tgz" = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
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
