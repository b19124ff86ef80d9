variable "domain" { # warning: unused-variable: var.domain is unused, so setting it has no effect.
  default = "example.com"
}

locals {
  racks = ["a"] # warning: unused-local: local.racks is unused.
  used  = "10.0.0.1"
}

cluster "prod" {
  type = "all-in-one"
}

target "vagrant" {
  box {
    address = local.used
  }
}
