cluster "prod" {
  type      = "all-in-one"
  cert_sans = ["localhost", "127.0.0.1", "10.0.0.11", "kubernetes.default"]
}

node "prod-1" {
  address = "10.0.0.11"
}
