cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  arch = "x86_64" # error: unknown-architecture: Here it is called "amd64"
}
