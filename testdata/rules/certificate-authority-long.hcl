cluster "dev" {
  type = "all-in-one"
  ca_certificate_validity = "175200h" # warning: certificate-authority-long: 7300 days
}

node "dev-1" {
  address = "192.168.56.10"
}
