cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  service_subnets = ["10.0.0.0/12"]
  pod_subnets     = ["172.16.0.0/16"]
}
