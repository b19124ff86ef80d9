cluster "dev" {
  type = "all-in-one"
  feature_gates = { APIServingWithRoutine = false }
}

node "dev-1" {
  address = "192.168.56.10"
}
