cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.0.3.15"
}

target "vagrant" {}
