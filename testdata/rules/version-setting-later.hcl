cluster "dev" {
  type               = "all-in-one"
  kubernetes_version = "1.26.15" # note: version-unsupported
  kubelet {
    config = {
      serializeImagePulls   = false
      maxParallelImagePulls = 5 # warning: version-setting-later: was added in Kubernetes 1.27
    }
  }
}

waive "version-unsupported" {
  reason = "it is described until it is upgraded"
}

node "dev-1" {
  address = "192.168.56.10"
}
