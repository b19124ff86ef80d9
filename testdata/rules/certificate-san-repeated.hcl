cluster "prod" {
  type      = "all-in-one"
  cert_sans = ["a.example.com", "b.example.com", "a.example.com"] # warning: certificate-san-repeated: a.example.com twice
}

node "prod-1" {
  address = "10.0.0.11"
}
