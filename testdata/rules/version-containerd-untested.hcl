cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "containerd" {
  version = "2.1.0" # warning: version-containerd-untested: 2.3.0
}
