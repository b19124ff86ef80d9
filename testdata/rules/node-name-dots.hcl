cluster "dev" {
  type = "all-in-one"
}

node "dev-1.example.com" { # error: node-name-dots: Write "dev-1-example-com"
  address = "192.168.56.10"
}

target "vagrant" {}
