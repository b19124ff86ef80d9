# The range is the default; what stands in it is not.
cluster "dev" {
  type = "all-in-one"
  api_server_port = 31000
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  node_port_range = "30000-32767" # error: network-node-port-clash: Write "31001-32767"
}
