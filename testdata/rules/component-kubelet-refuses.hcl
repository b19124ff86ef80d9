cluster "dev" {
  type = "all-in-one"

  kubelet {
    config = {
      imageGCHighThresholdPercent = 70 # error: component-kubelet-refuses: imageGCLowThresholdPercent, by default 80
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
