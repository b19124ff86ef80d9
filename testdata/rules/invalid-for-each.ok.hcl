cluster "dev" {
  type = "all-in-one"
}

node "dev" {
  for_each = toset(["dev-1"])
  address  = "192.168.56.10"
}
