variable "proxy" {
  sensitive = true
  default   = "http://gate.example.com:3128"
}

cluster "dev" {
  type = "all-in-one"
}

network {
  http_proxy {
    https = var.proxy # error: secret-in-tree
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
