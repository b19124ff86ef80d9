cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = {
      "eviction-hard" = "memory.available<500Mi"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
