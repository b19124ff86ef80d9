cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "cri-o" {
  version = "1.35.1" # error: version-crio: 1.37.0
}
