cluster "dev" {
  type = "all-in-one"
  control_plane_endpoint = "api.example.com:6443"
}

node "dev-1" {
  address = "192.168.56.10"
}
