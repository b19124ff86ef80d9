cluster "dev" { # error: topology-no-nodes
  type = "all-in-one"
}
