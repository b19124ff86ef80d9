cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  service_subnets = ["10.0.0.0/10"] # error: network-service-range-large: 22 host bits
  pod_subnets     = ["172.16.0.0/16"]
}
