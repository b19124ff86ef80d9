cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "cri-o" {
  registry "quay.io" {
    mirrors = ["https://mirror.example.com"]
  }
}
