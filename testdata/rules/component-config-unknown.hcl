cluster "dev" {
  type               = "all-in-one"
  kubernetes_version = "1.36.4"
  kubelet {
    config = {
      maxParallelImagePull = 5                   # error: component-config-unknown: maxParallelImagePulls
      eviction-hard        = {}                  # error: component-config-unknown: "evictionHard"
      defaultPodSysctls    = {}                  # error: component-config-unknown: was added to KubeletConfiguration in Kubernetes 1.37
      memorySwap           = { behaviour = "x" } # error: component-config-unknown: memorySwap of KubeletConfiguration
      v                    = "2"                 # error: component-config-unknown: It is a flag
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
