cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

moved {
  from = "dev-0"
  to   = "dev-2" # error: node-moved: No node is named
}

moved {
  from = "dev-1" # error: node-moved: is still a node
  to   = "dev-1"
}

moved {
  from = "W_1" # error: node-moved: cannot have been the name
  to   = "dev-1"
}
