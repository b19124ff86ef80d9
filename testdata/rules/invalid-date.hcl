cluster "dev" {
  type                   = "all-in-one"
  control_plane_endpoint = "192.168.56.10:6443"
}

node "dev-1" {
  address = "192.168.56.10"
  cpus    = 1 # note: control-plane-cpus
}

waive "control-plane-cpus" {
  reason  = "a toy"
  expires = "2027-02-30" # error: invalid-date: "2027-03-01"
}
