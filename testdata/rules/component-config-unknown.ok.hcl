cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      maxParallelImagePulls = 5
      evictionHard          = { "memory.available" = "5%" }
      memorySwap            = { swapBehavior = "LimitedSwap" }
      logging               = { verbosity = 2 }
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
