cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
  feature_gates = { APIServerIdentity = false }
}

node "dev-1" {
  address = "192.168.56.10"
}
