cluster "dev" {
  type = "all-in-one"
  cert_sans = ["internal.example.com"]
}

node "dev-1" {
  address = "192.168.56.10"
}
