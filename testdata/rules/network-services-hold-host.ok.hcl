cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.97.0.10"
}
