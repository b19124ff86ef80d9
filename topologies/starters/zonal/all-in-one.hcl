cluster "dev" {
  type = "all-in-one"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"
}

network {
  # Each zone is one network segment.
  node_subnets = [for zone in local.zones : local.subnets[zone]]
  # No other network may use the next two ranges.
  pod_subnets     = ["10.244.0.0/16"]
  service_subnets = ["10.96.0.0/16"]
}

# One machine with every role. Ordinary pods run on it too, because it has no
# control-plane taint.
node "dev-1" {
  address        = cidrhost(local.subnets[local.zones[0]], 11)
  failure_domain = local.zones[0]
  cpus           = 2
  memory         = "8Gi"
}
