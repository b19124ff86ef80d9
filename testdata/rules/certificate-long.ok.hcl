cluster "dev" {
  type = "all-in-one"
  certificate_validity = "8760h"
}

node "dev-1" {
  address = "192.168.56.10"
}
