cluster "dev" {
  type               = "all-in-one"
  kubernetes_version = "1.27.16" # note: version-unsupported
  kubelet {
    config = {
      serializeImagePulls   = false
      maxParallelImagePulls = 5
    }
  }
}

waive "version-unsupported" {
  reason = "it is described until it is upgraded"
}

node "dev-1" {
  address = "192.168.56.10"
}
