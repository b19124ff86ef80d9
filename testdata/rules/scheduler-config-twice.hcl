cluster "dev" {
  type = "all-in-one"
  scheduler {
    extra_args = { config = "/etc/scheduler.yaml" } # error: scheduler-config-twice: /etc/scheduler.yaml
    profile "a" {
      scoring_strategy = "most-allocated"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
