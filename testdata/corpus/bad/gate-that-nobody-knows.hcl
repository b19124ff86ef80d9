# Gates that an old manual turned on, and one that is misspelt.
cluster "dev" {
  type = "all-in-one"
  feature_gates = {
    CSIMigrationAWS      = true # error: version-feature-gate-unknown: exit if it is set. Remove it.
    UserNamespaceSupport = true # error: version-feature-gate-unknown: Did you mean "UserNamespacesSupport"?
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
