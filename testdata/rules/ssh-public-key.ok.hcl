cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

ssh {
  private_key_file = "~/.ssh/id_ed25519"
}
