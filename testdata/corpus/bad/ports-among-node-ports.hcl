# The default range of node ports, and components that moved into it.
cluster "dev" {
  type = "all-in-one"
  api_server_port = 31000 # error: network-node-port-clash: Write another port, or node_port_range = "31001-32767"
}

node "dev-1" {
  address = "192.168.56.10"
}

ssh {
  port = 30022 # error: network-node-port-clash: sshd would listen on port 30022
}
