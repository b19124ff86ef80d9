# shape: local
# Nodes are containers of kind on this machine.
target "kind" {
  # port_mapping {
  #   node           = "worker-1"
  #   container_port = 80
  #   host_port      = 8080
  # }
}
