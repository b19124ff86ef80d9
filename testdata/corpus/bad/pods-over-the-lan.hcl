# calico#2720: the default of a manifest, 192.168.0.0/16, on a home network.
cluster "lab" {
  type = "all-in-one"
}

node "lab-1" {
  address = "192.168.1.20"
  os      = "debian-13"
  cpus    = 4
  memory  = "16Gi"
  disk    = "250Gi"
}

network {
  pod_subnets = ["192.168.0.0/16"] # error: network-pods-hold-host: 192.168.1.20 + # error: network-pods-overlap-reserved
  reserved_subnets = ["192.168.1.128/25"] # the router's DHCP pool
}

ssh {
  user = "debian"
}
