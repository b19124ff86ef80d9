# Dual stack, and the pods' ranges in the wrong order: one mistake, and not one in each host and one in Services.
cluster "dual" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.dual.example.com:6443"
}

node "cp-1" {
  roles             = ["control-plane"]
  address           = "10.0.0.11"
  secondary_address = "fd00::11"
}

node_pool "worker" {
  roles                   = ["worker"]
  count                   = 2
  first_address           = "10.0.0.41"
  first_secondary_address = "fd00::41"
}

network {
  pod_subnets     = ["fd00:244::/56", "10.244.0.0/16"] # error: host-address-family: Write the IPv4 range first.
  service_subnets = ["10.96.0.0/16", "fd00:96::/112"]
}
