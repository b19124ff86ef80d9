variable "region" { # error: variable-without-value: Give one with -var region=…
}

variable "zone" { # error: variable-without-value: The variable "zone" has the default null, which counts as none, and was given no value.
  default = null
}

variable "given" {
}
# var: given=here

cluster "prod" {
  type      = "all-in-one"
  cert_sans = [var.region, var.zone, var.given]
}
