cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "event-ttl"       = "2h"
      "goaway-chance"   = "0.001"
      "tls-min-version" = "VersionTLS12"
    }
  }
  kubelet {
    extra_args = {
      "eviction-hard"   = "memory.available<5%,nodefs.available<1Gi"
      "system-reserved" = "cpu=500m,memory=1Gi"
      "register-node"   = "true"
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
