cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  mac = "52:54:00:00:00:11"
}
