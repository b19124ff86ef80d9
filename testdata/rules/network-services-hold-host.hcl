cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.96.0.10" # error: network-services-hold-host: default
}
