cluster "dev" {
  type = "all-in-one"
  kubelet {
    config = {
      maxParallelImagePulls = "5"                      # error: component-config-value: a 32-bit integer, without quotes
      shutdownGracePeriod   = "90 seconds"             # error: component-config-value: a duration
      evictionHard          = { "memory.free" = "5%" } # error: component-config-value: memory.free
      kubeReserved          = { memory = "1GB" }       # error: component-config-value: 1Gi
      cpuManagerPolicy      = "Static"                 # error: component-config-value: "static"
      logging               = true                     # error: component-config-value: The field takes a map
      allowedUnsafeSysctls  = "net.core.somaxconn"     # error: component-config-value: The field takes a list
      reservedMemory = [
        { numaNode = 0, limits = { memory = "1Gi" } },
        { numaNode = 0.5, limits = {} },                # error: component-config-value: reservedMemory[1].numaNode
        { numaNode = 1, limits = { memory = "much" } }, # error: component-config-value: reservedMemory[2].limits.memory
      ]
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
