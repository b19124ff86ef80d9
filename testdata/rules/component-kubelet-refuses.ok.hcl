cluster "dev" {
  type = "all-in-one"

  kubelet {
    config = {
      imageGCHighThresholdPercent = 70
      imageGCLowThresholdPercent  = 60
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
