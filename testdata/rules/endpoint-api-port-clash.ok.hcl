cluster "dev" {
  type = "all-in-one"
  api_server_port = 10251
}

node "dev-1" {
  address = "192.168.56.10"
}
