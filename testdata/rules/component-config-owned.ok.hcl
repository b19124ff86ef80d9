cluster "dev" {
  type = "all-in-one"
  kubelet {
    max_pods = 110
    config = {
      authentication = { webhook = { cacheTTL = "1m" } }
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
