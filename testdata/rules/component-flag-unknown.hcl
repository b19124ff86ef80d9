cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = {
      "evicton-hard"             = "memory.available<500Mi" # error: component-flag-unknown: Did you mean "eviction-hard"?
      "max-parallel-image-pulls" = "3"                      # error: component-flag-unknown: maxParallelImagePulls is a field of KubeletConfiguration
      "audit-log-maxage"         = "3"                      # error: component-flag-unknown: a flag of kube-apiserver
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
