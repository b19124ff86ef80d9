locals {
  racks = ["a", "b"]
  third = local.racks[2]           # error: invalid-expression: the given index is greater than or equal to the length
  half  = 1 / 0                    # error: too-complex: A division by zero gives such a number.
  echo  = "${local.third}-x"
}

cluster "prod" {
  type                   = "all-in-one"
  control_plane_endpoint = local.echo
  kubernetes_version     = cidrhost("10.0.0.0/33", 1) # error: invalid-expression: "10.0.0.0/33" is not a range such as "10.0.0.0/16"
  cert_sans              = [cidrhost("10.0.0.0/30", 4)] # error: invalid-expression: 10.0.0.0/30 has no address with that number: it has 4
}

node "n-1" {
  address  = cidrsubnet("10.0.0.0/24", 9, 0)       # error: invalid-expression: 10.0.0.0/24 can be made longer by 0 to 8 bits
  mac      = cidrnetmask("fd00::/64")              # error: invalid-expression: IPv6 has no netmasks
  memory   = upper()                               # error: invalid-expression: Not enough function arguments
  disk     = format("%99999d", 1)                  # error: invalid-expression: a width of more than three digits
  host     = one(["a", "b"])                       # error: invalid-expression: must be a list of at most one element
  labels   = { (null) = "x" }                      # error: invalid-expression: null
  arch     = jsondecode("{")                       # error: invalid-expression: Error in function call
  interface = local.racks.first                    # error: invalid-expression: Unsupported attribute
}
