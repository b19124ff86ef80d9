cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  taint {
    key    = "gpu!" # error: invalid-taint: not a valid taint key
    effect = "PreferNoSchedule"
  }
}
