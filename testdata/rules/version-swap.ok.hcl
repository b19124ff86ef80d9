cluster "dev" {
  type = "all-in-one"
  kubelet {
    fail_swap_on = false
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
