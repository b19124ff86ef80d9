cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  os      = "fedora-44" # note: host-selinux-permissive
}

waive "host-selinux-permissive" {
  reason = "nothing else runs here"
}
