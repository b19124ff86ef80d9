cluster "dev" {
  type = "all-in-one"
  feature_gates = { SidecarContainers = true } # error: version-feature-gate-unknown: removed in Kubernetes 1.37
}

node "dev-1" {
  address = "192.168.56.10"
}
