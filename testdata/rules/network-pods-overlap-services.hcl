cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets     = ["10.96.0.0/12"] # error: network-pods-overlap-services: contains the service range 10.96.0.0/16
  service_subnets = ["10.96.0.0/16"]
}
