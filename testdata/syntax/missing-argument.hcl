cluster "prod" { # error: missing-argument: The block cluster needs type: installation type. It is one of "all-in-one",
}

node "n-1" {
  taint { # error: missing-argument: The block taint needs effect: what happens to pods that do not tolerate it.
    key = "a"
  }
}

node_pool "worker" { # error: missing-argument: The block node_pool needs count: how many machines. Add: count = 3
  roles = ["worker"]
  count = null
}
