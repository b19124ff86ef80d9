# A second machine, and the old type.
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
  reserved_subnets = ["192.168.1.128/25"] # the router's DHCP pool
}

ssh {
  user = "debian"
}

node "lab-2" { # error: topology-all-in-one-hosts
  address = "192.168.1.21"
}
