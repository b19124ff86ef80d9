# Services of both families before pods of one.
cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
}

network {
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16", "fd00:10:96::/112"] # error: network-dual-stack-order: only if pods have that family
}
