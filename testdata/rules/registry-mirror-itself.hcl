cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "containerd" {
  registry "quay.io" {
    mirrors = [
      "https://mirror.example.com",
      "https://quay.io", # warning: registry-mirror-itself
    ]
  }
}
