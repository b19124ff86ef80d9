cluster "dev" {
  type = "all-in-one"
  kubelet {
    cgroup_driver = "systemd"
  }
}

node "dev-1" {
  address = "192.168.56.10"
  cpus   = 2
}

waive "etcd-quota-small" {
  reason  = "test"
  expires = "2026-11-23" # warning: waiver-expired: 2026-11-23
}
