variable "domain" { # warning: unused-variable: Nothing reads var.domain
  default = "example.com"
}

locals {
  racks = ["a"] # warning: unused-local: Nothing reads local.racks.
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
