cluster "dev" {
  type = "all-in-won" # error: unknown-value
}

node "dev-1" {
  address = "192.168.56.10"
}
