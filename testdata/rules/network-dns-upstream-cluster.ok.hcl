cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  service_subnets = ["10.96.0.0/16"]

  dns {
    upstream = ["192.168.56.1", "9.9.9.9"]
  }
}
