cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "10.0.2.15" # error: network-overlaps-target: 10.0.2.0/24
}

target "vagrant" {}
