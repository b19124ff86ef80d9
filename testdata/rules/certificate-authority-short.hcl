cluster "dev" {
  type = "all-in-one"
  ca_certificate_validity = "17520h" # warning: certificate-authority-short: 730 days
}

node "dev-1" {
  address = "192.168.56.10"
}
