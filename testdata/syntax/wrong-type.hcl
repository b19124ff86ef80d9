variable "size" {
  type    = number
  default = "large" # error: wrong-type: The default of "size" is a string, and its type is number.
}

variable "kind" {
  type    = "string" # error: invalid-variable: type = 
  default = "x"
}

variable "release" {
  type    = string
  default = 1.30 # error: wrong-type: A number loses zeros (1.30 is 1.3)
}

locals {
  version = 1.30
}

cluster "prod" {
  type                = "all-in-one"
  encryption_algorithm = 1.30     # error: wrong-type: encryption_algorithm is a string, and 1.30 is a number, which loses zeros: 1.30 and 1.3 are the same number. Write it in quotes: encryption_algorithm = "1.30".
  cert_sans           = "api"     # error: wrong-type: Put it in brackets: cert_sans = ["api"].
  max_nodes           = 2.5       # error: wrong-type: max_nodes must be an integer, and this has a fraction. Write for instance max_nodes = 200.
  api_server_port     = "https"   # error: wrong-type: api_server_port must be an integer, and this is a string.
  certificate_validity = 8760     # error: wrong-type: 8760 is a number without a unit. Write it in quotes: certificate_validity = "8760h".
  feature_gates       = { A = 1 } # error: wrong-type: The value of "A" in feature_gates is a boolean, and this is a number.
  api_server {
    extra_args = { "v" = 2, "profiling" = false, "event-ttl" = 1.50 } # error: wrong-type: The value of "event-ttl" in extra_args is a string, and 1.50 is a number
  }
  kubelet {
    fail_swap_on = "no"           # error: wrong-type: fail_swap_on is a boolean, and this is a string.
    max_pods     = 99999999999999999999 # error: wrong-type: max_pods is too large.
    extra_args   = ["--v=2"]      # error: wrong-type: extra_args is a map of strings, or of lists of strings where a flag repeats, and this is a list.
  }
}

etcd {
  version = local.version # error: wrong-type: Write the value in quotes where it comes from.
}

node "n-1" {
  roles   = ["worker", 1] # error: wrong-type: Each element of roles is a string, and 1 is a number.
  address = ["10.0.0.1"]  # error: wrong-type: address is a string, and this is a list. Write for instance address = "10.0.0.41".
  os      = true          # error: wrong-type: os is a string, and this is a boolean.
  labels  = "a=b"         # error: wrong-type: labels is a map of strings, and this is a string.
}

waive "control-plane-undersized" {
  reason  = "…"
  expires = 2027-03-01 # error: wrong-type: expires is a string, and 2027-03-01 is a number: the result of a calculation. Write it in quotes: expires = "2027-03-01".
}
