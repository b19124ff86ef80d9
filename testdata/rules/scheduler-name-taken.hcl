cluster "dev" {
  type = "all-in-one"
  scheduler {
    profile "batch" {
      scoring_strategy = "most-allocated"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}

scheduler "batch" {} # error: scheduler-name-taken: line 4

scheduler "default-scheduler" {} # error: scheduler-name-taken: own scheduler has the name
