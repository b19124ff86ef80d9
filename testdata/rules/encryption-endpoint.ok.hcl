cluster "dev" {
  type = "all-in-one"
  encryption_at_rest {
    provider  = "secretbox"
    resources = ["secrets"]
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
