cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  image_repository = "registry.example.com/k8s"
}

addon "a" {
  images = ["quay.io/other/pause:3.10.2"] # error: addon-image-collision: registry.k8s.io/pause:3.10.2
  manifest "https://example.com/v1.2.3/install.yaml" {
    checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
}
