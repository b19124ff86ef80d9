cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.36.3"
}

node "dev-1" {
  address = "192.168.56.10"
  os = "rhel-8.10" # error: version-cgroup-v1: rhel-9 + # note: host-selinux-permissive
}

waive "host-selinux-permissive" {
  reason = "nothing else runs here"
}
