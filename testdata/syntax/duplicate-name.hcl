variable "domain" {
  default = "a"
}

variable "domain" { # error: duplicate-name: The variable "domain" is already declared on line 1.
  default = "b"
}

locals {
  racks = ["a"]
}

locals {
  racks = ["b"] # error: duplicate-name: The local "racks" is already declared on line 10.
}

cluster "prod" {
  type      = "all-in-one"
  cert_sans = concat(local.racks, [var.domain])
}
