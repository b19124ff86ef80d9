cluster "dev" {
  type = "all-in-one"
  feature_gates = { UserNamespacesSupport = false } # error: version-feature-gate-locked: true
}

node "dev-1" {
  address = "192.168.56.10"
}
