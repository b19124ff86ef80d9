cluster "dev" {
  type = "all-in-one"
  certificate_validity = "168h" # warning: certificate-short: 7 days
}

node "dev-1" {
  address = "192.168.56.10"
}
