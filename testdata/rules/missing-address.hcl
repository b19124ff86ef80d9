cluster "dev" {
  type = "all-in-one"
}

node "dev-1" { # error: missing-address: address =
  cpus = 4
}
