cluster "dev" {
  type = "all-in-one"
}

node "dev" {
  for_each = ["dev-1"] # error: invalid-for-each: which has no keys
  address  = "192.168.56.10"
}
