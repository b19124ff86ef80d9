cluster "dev" {
  type = "all-in-one"
  cert_sans = ["192.168.56.10"] # warning: certificate-san-repeated: by itself
}

node "dev-1" {
  address = "192.168.56.10"
}
