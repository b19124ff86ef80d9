cluster "dev" {
  type = "all-in-one"
  control_plane_endpoint = "https://api.example.com:6443" # error: invalid-endpoint: no scheme
}

node "dev-1" {
  address = "192.168.56.10"
}
