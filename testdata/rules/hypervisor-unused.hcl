cluster "dev" {
  type = "all-in-one"
}

hypervisor "hv-1" { # warning: hypervisor-unused: No machine runs on hv-1
  cpus = 8
}

node "dev-1" {
  address = "192.168.56.10"
}
