cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      maxParallelImagePulls = 5
      shutdownGracePeriod   = "90s"
      evictionHard          = { "memory.available" = "500Mi" }
      kubeReserved          = { cpu = "500m", memory = "1Gi" }
      cpuManagerPolicy      = "static"
      logging               = { verbosity = 3 }
      allowedUnsafeSysctls  = ["net.core.somaxconn"]
      reservedMemory        = [{ numaNode = 0, limits = { memory = "1Gi" } }]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
