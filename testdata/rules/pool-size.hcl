cluster "dev" {
  type                   = "single-etcd-single-master"
  control_plane_endpoint = "api.example.com:6443"
}

node "cp-1" {
  roles   = ["control-plane"]
  address = "192.168.56.10"
}

node_pool "none" { # error: pool-size: Write count
  roles         = ["worker"]
  first_address = "192.168.56.20"
}

node_pool "short" {
  roles     = ["worker"]
  names     = ["a", "b"]
  addresses = ["192.168.56.31"] # error: pool-size: 1 address and 2 machines
}

node_pool "twice" {
  roles         = ["worker"]
  names         = ["c"]
  first_number  = 3                 # error: pool-size
  addresses     = ["192.168.56.41"]
  first_address = "192.168.56.41"   # error: pool-size
}

node_pool "places" {
  roles             = ["worker"]
  count             = 1
  first_address     = "192.168.56.51"
  failure_domain_of = { "places-2" = "rack-a" } # error: pool-size: "places-1"
}
