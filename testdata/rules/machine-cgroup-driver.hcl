cluster "dev" {
  type = "all-in-one"
  kubelet {
    cgroup_driver = "cgroupfs" # warning: machine-cgroup-driver
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
