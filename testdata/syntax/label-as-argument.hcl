cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  name    = "dev-2" # error: unknown-argument: The block node has no argument "name". The label is the name: write node "…" { … }. With for_each, each key is a name.
  address = "192.168.56.10"
}
