cluster "dev" {
  type = "all-in-one"
  feature_gates = { APIServingWithRoutine = true } # warning: version-feature-gate-alpha: alpha
}

node "dev-1" {
  address = "192.168.56.10"
}
