cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "containerd" {
  registry "10.0.0.2:5000" {
    plain_http = true
    ca_file    = "/etc/ssl/registry.crt" # warning: registry-contradiction
  }
}
