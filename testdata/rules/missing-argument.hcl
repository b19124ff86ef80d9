cluster "dev" {} # error: missing-argument

node "dev-1" {
  address = "192.168.56.10"
}
