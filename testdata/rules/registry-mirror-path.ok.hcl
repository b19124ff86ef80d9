cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "docker" {
  registry "docker.io" {
    mirrors = [
      "https://mirror.example.com",
      "https://harbor.example.com:8443",
    ]
  }
}

artifacts {
  checksums = {
    "github.com/Mirantis/cri-dockerd/releases/download/v0.4.10/cri-dockerd-0.4.10.amd64.tgz" = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "download.docker.com/linux/static/stable/x86_64/docker-29.8.2.tgz"                       = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }
}
