cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "a" {
      scoring_strategy = "most-allocated"
      disable_plugins  = ["NodeResourcesBalancedAllocation"]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
