cluster "dev" {
  type = "all-in-one"

  # The default is the newest version that k8splan knows. `k8splan plan` shows
  # every default.
  # kubernetes_version = "1.37.2"
}

network {
  node_subnets = [local.subnet] # one network segment
}

# One node with every role. Ordinary pods run on it too, because it has no
# control-plane taint.
node "dev-1" {
  address = cidrhost(local.subnet, 10)
  cpus    = 2
  memory  = "4Gi"
}
