cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"

  ssh { # error: node-ssh-made: like all other machines
    user = "admin"
  }
}

target "vagrant" {}
