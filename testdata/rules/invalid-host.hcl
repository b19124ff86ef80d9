cluster "dev" {
  type = "all-in-one"
  cert_sans = ["api.*.example.com"] # error: invalid-host: wildcard
}

node "dev-1" {
  address = "192.168.56.10"
}
