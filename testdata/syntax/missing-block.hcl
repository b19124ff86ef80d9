node "n-1" { # error: missing-block: There is no cluster block. Add:
  address = "10.0.0.1"
}
