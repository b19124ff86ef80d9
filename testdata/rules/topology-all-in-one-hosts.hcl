cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

node "dev-2" { # error: topology-all-in-one-hosts: dev-1 and dev-2
  address = "192.168.56.11"
}
