cluster "lab" {
  type = "all-in-one"
}

node "lab-1" {
  address           = "10.50.0.31"
  secondary_address = "fd00:50::31"
}

network {
  mtu = 1400
}

target "lxd" {
  instances = "container"
  subnets   = ["10.50.0.0/24", "fd00:50::/64"]
}
