cluster "dev" {
  type = "all-in-one"
  certificate_validity    = "4380h"
  ca_certificate_validity = "87600h"
}

node "dev-1" {
  address = "192.168.56.10"
}
