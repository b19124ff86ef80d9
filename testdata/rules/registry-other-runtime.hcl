cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

container_runtime "cri-o" {
  registry "registry.example.com" {
    ca_file = "/etc/ssl/ca.crt" # warning: registry-other-runtime: /etc/containers/certs.d/registry.example.com/ca.crt
  }
}
