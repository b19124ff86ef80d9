cluster "dev" {
  type = "all-in-one"
  encryption_algorithm = "ECDSA-P384"
}

node "dev-1" {
  address = "192.168.56.10"
}
