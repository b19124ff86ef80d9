cluster "dev" {
  type = "all-in-one"
  api_server {
    extra_args = {
      "event-ttl"       = "2"                   # error: component-flag-value: "2s"
      "goaway-chance"   = "0.5"                 # error: component-flag-value: 0.02
      "tls-min-version" = "TLS12"               # error: component-flag-value: "VersionTLS12"
    }
  }
  kubelet {
    extra_args = {
      "eviction-hard"   = "memory.free<500Mi"   # error: component-flag-value: memory.free
      "system-reserved" = "memory=1GB"          # error: component-flag-value: 1Gi
      "register-node"   = "yes"                 # error: component-flag-value: true or false
    }
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
