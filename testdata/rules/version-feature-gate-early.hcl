cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
  feature_gates = { WatchListCompression = true } # error: version-feature-gate-early: 1.37
}

node "dev-1" {
  address = "192.168.56.10"
}
