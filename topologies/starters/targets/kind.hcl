# shape: local
# Nodes are containers of kind on this machine.
target "kind" {
  # port_mapping {
  #   container_port = 80
  #   host_port      = 8080
  # }
}
