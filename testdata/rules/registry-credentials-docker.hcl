cluster "dev" {
  type = "all-in-one"
}

container_runtime "docker" {
  credentials_file = "/secure/registries.json" # error: registry-credentials-docker
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  checksums = {
    "github.com/Mirantis/cri-dockerd/releases/download/v0.4.10/cri-dockerd-0.4.10.amd64.tgz" = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    "download.docker.com/linux/static/stable/x86_64/docker-29.8.2.tgz"                     = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}
