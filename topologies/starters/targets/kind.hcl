# shape: local
# The nodes are containers on this machine, run by kind.
target "kind" {
  # port_mapping {
  #   container_port = 80
  #   host_port      = 8080
  # }
}
