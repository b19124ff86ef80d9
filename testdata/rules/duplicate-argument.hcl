cluster "dev" {
  type = "all-in-one"
  type = "all-in-one" # error: duplicate-argument
}

node "dev-1" {
  address = "192.168.56.10"
}
