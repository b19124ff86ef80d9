variable "keys" {
  default   = ["hunter-two"]
  sensitive = true
}

locals {
  rows = "name,address\nw-1,10.0.0.41\nw-2,10.0.0.42\n\nw-1,10.0.0.43\n"
}

cluster "prod" {
  type = "all-in-one"
}

network {
  dns_domain = each.key # error: unknown-name: each exists only in a block with for_each.
}

node "list" {
  for_each = ["w-1", "w-2"] # error: invalid-for-each: for_each is a list, which has no keys
  roles    = ["worker"]
}

node "number" {
  for_each = 3 # error: invalid-for-each: for_each is a number
}

node "null" {
  for_each = null # error: invalid-for-each: for_each is null
}

node "numbers" {
  for_each = toset([1, 2]) # error: invalid-for-each: a set of something other than strings
}

node "hidden" {
  for_each = toset(var.keys) # error: invalid-for-each: for_each uses a sensitive variable, and its keys become names that everyone can see.
}

node "twice" {
  for_each = { for r in csvdecode(local.rows) : r.name => r } # error: invalid-expression: The key "w-1" appears twice: on line 2 of the CSV text, and on line 5.
}

node "listed" {
  for_each = { for r in ["a", "b", "a"] : r => r } # error: invalid-expression: elements 1 and 3 of the list have it
}

node "typed" {
  for_each = { "w-3" = 7, "w-4" = 8 }
  roles    = ["worker"]
  address  = each.value    # error: wrong-type: (Here each.key is "w-3".)
  labels   = { a = each.x } # error: unknown-name: each has a key and a value
}

etcd {
  for_each = {} # error: unknown-argument: It belongs in node or node_pool
}
