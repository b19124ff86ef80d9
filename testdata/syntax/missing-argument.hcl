cluster "prod" { # error: missing-argument: The block cluster needs type: installation type. It must be one of "all-in-one",
}

node "n-1" {
  taint { # error: missing-argument: The block taint needs effect: what happens to pods that do not tolerate it.
    key = "a"
  }
}

moved { # error: missing-argument: The block moved needs from: name that the machine had. Add: from = "worker-1"
  from = null
  to   = "edge-1"
}
