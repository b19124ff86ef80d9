cluster "dev.example.com" {
  type = "all-in-one"
}

node "dev-1.example.com" {
  address = "192.168.56.10"
}

target "bare-metal" {}
