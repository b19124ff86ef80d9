cluster "dev" {
  type = "all-in-one"
  ca_certificate_validity = "87600h"
}

node "dev-1" {
  address = "192.168.56.10"
}
