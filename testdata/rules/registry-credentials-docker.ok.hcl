cluster "dev" {
  type = "all-in-one"
}

container_runtime "containerd" {
  credentials_file = "/secure/registries.json"
}

node "dev-1" {
  address = "192.168.56.10"
}
