cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

artifacts {
  image_repository = "https://registry.example.com/k8s" # error: invalid-image-repository: without scheme
}
