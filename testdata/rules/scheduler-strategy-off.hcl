cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "a" {
      scoring_strategy = "most-allocated" # warning: scheduler-strategy-off
      disable_plugins  = ["NodeResourcesFit"]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
