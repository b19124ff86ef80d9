cluster "dev" {
  type = "all-in-one"

  kubelet {
    max_pods = 16
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
