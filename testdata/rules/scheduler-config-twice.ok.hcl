cluster "dev" {
  type = "all-in-one"
  scheduler {
    extra_args = { v = "2" }
    profile "a" {
      scoring_strategy = "most-allocated"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
