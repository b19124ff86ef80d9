cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  service_subnets  = ["10.65.0.0/16"]
  reserved_subnets = ["10.64.128.0/20"]
}
