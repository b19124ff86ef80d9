cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"

  ssh {
    user = "admin"
  }
}

target "bare-metal" {}
