cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  os      = "ubunut-24.04" # warning: host-os-unknown: Did you mean "ubuntu-24.04"?
}
