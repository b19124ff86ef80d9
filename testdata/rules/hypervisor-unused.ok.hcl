cluster "dev" {
  type = "all-in-one"
}

hypervisor "hv-1" {
  cpus = 8
}

node "dev-1" {
  address = "192.168.56.10"
  host    = "hv-1"
}
