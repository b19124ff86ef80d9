cluster "dev" {
  type = "all-in-one"
  cert_sans = ["*.example.com"] # warning: certificate-san-wildcard: every service of example.com
}

node "dev-1" {
  address = "192.168.56.10"
}
