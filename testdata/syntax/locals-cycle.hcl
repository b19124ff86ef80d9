locals {
  a = local.b # error: locals-cycle: The locals form a cycle: local.a → local.b → local.c → local.a.
  b = local.c
  c = "${local.a}-x"

  self = local.self # error: locals-cycle: local.self → local.self

  waits = local.a
}

cluster "prod" {
  type      = "all-in-one"
  cert_sans = [local.waits]
}
