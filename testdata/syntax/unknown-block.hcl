cluster "prod" {
  type = "all-in-one"
  apiserver { # error: unknown-block: Did you mean api_server { … }?
  }
}

nodes "n-1" { # error: unknown-block: Did you mean node "…" { … }?
}

# The arguments say that it is a pool: they are not reported, too.
nodes "worker" { # error: unknown-block: Did you mean node_pool "…" { … }?
  count         = 2
  first_address = "10.0.0.41"
}

nodez "rows" { # error: unknown-block: Did you mean node_pool "…" { … }?
  count = 2
  racks = ["a", "b"] # error: unknown-argument: Did you mean "failure_domains"?
}

node "n-2" {
  taints { # error: unknown-block: Did you mean taint { … }?
  }
  labels { # error: unknown-block: It is an argument: write labels = { "example.com/tier" = "general" }.
  }
}

cni "calico" { # error: unknown-block: It belongs in network.
}

network {
  node "n-3" { # error: unknown-block: It belongs at the top level of the file, outside any other block.
  }
}

ssh {
  anything { # error: unknown-block: It takes none.
  }
}

netwrok { # error: unknown-block: Did you mean network { … }?
}

terraform { # error: unknown-block: It is a block of Terraform
}

locals {
  sizes { # error: unknown-block: The block locals takes no blocks. Write sizes = { … }.
  }
}
