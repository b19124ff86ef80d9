cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets = ["192.168.0.0/16"] # error: network-pods-hold-host: 10.244.0.0/16 is free
}
