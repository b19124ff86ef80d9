cluster { # error: missing-label: The block cluster takes one label, its name. Write cluster "…" { … }.
  type = "all-in-one"
}

node "" { # error: missing-label: The name of node is empty.
}

container_runtime { # error: missing-label: It must be one of "containerd", "cri-o", or "docker".
}
