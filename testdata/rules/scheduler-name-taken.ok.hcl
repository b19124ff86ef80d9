cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "default-scheduler" {
      scoring_strategy = "most-allocated"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

scheduler "batch" {}
