cluster "dev" {
  type = "all-in-one"
  ca_certificate_validity = "26280h"
}

node "dev-1" {
  address = "192.168.56.10"
}
