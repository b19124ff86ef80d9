node "dev-1" { # error: missing-block
  address = "192.168.56.10"
}
