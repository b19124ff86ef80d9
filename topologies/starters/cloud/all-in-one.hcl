cluster "dev" {
  type = "all-in-one"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# One machine with every role. Ordinary pods run on it too, because it has no
# control-plane taint.
node "dev-1" {
  address        = cidrhost(local.subnet, 11)
  failure_domain = local.zones[0]
  cpus           = 2
  memory         = "8Gi"
}
