cluster "dev" {
  type = "all-in-one"

  # Left out, the planner takes the newest Kubernetes that it knows; `k8splan
  # plan` shows every value decided for you.
  # kubernetes_version = "1.37.2"
}

network {
  node_subnets = [local.subnet] # one network segment
}

# One node with every role. Ordinary pods run on it too: it carries no
# control-plane taint.
node "dev-1" {
  address = cidrhost(local.subnet, 10)
  cpus    = 2
  memory  = "4Gi"
}
