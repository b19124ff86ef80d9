cluster "dev" {
  type = "all-in-one"
  certificate_validity = "17520h" # warning: certificate-long: 730 days
}

node "dev-1" {
  address = "192.168.56.10"
}
