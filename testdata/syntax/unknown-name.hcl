variable "domain" {
  default = "example.com"
}

locals {
  racks  = ["a", "b"]
  twice  = local.raks                    # error: unknown-name: Did you mean local.racks?
  mixed  = "${var.domain}.${var.region}" # error: unknown-name: Declare it: variable "region" {}.
  folded = local.domain                  # error: unknown-name: It is a variable: write var.domain.
  bare   = keys(local)                   # error: unknown-name: local alone is not a value.
}

variable "site" {
  default = "${var.domain}/x" # error: unknown-name: a default cannot use variables or locals
}

cluster "prod" {
  type                   = all-in-one             # error: unknown-name: If this is a string, put it in double quotes: "all-in-one".
  control_plane_endpoint = "api.${domain}"        # error: unknown-name: Did you mean var.domain?
  kubernetes_version     = vars.kubernetes        # error: unknown-name: Did you mean "var"?
  cert_sans              = [for r in racks : r]   # error: unknown-name: Did you mean local.racks?
}

node "n-1" {
  address = try(var.adress, "10.0.0.1") # error: unknown-name: Declare it: variable "adress" {}.
  labels  = { example.com/gpu = "true" } # error: unknown-name: Put it in double quotes: "example.com/gpu".
}

target "vagrant" {
  provider = var.provider # error: unknown-name: Declare it: variable "provider" {}.
}
