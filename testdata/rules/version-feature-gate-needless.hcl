cluster "dev" {
  type = "all-in-one"
  feature_gates = { UserNamespacesSupport = true } # warning: version-feature-gate-needless: 1.36
}

node "dev-1" {
  address = "192.168.56.10"
}
