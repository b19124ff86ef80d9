# Empty lists are no way to have no ranges.
cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets     = []     # error: subnet-families: pod_subnets holds no range
  service_subnets = [null] # error: subnet-families: service_subnets holds no range
}
