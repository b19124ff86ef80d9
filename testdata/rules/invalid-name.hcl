cluster "dev" {
  type = "all-in-one"
}

node "Dev_1" { # error: invalid-name: lower-case
  address = "192.168.56.10"
}
