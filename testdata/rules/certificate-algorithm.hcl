cluster "dev" {
  type = "all-in-one"
  kubernetes_version   = "1.33.13" # note: version-end-of-life
  encryption_algorithm = "ECDSA-P384" # error: certificate-algorithm: 1.34
}

node "dev-1" {
  address = "192.168.56.10"
}

waive "version-end-of-life" {
  reason = "upgraded with the next maintenance window"
}
