cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "172.16.0.1"
}
