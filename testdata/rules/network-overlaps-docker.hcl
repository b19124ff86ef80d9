cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "docker" {}

network {
  pod_subnets = ["172.16.0.0/14"] # error: network-overlaps-docker: 172.17.0.0/16
}

artifacts {
  source    = "packages"
  checksums = { "github.com/Mirantis/cri-dockerd/releases/download/v0.4.10/cri-dockerd-0.4.10.amd64.tgz" = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
}
