cluster "small" {
  type = "single-etcd-single-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.3"
}

network {
  node_subnets    = [local.subnet]    # one network segment
  pod_subnets     = ["10.244.0.0/16"] # nothing else may use these two
  service_subnets = ["10.96.0.0/16"]
}

# The control plane, with the one etcd member as a static pod beside it. Its
# loss stops every change to the cluster, and without a snapshot kept elsewhere
# it loses the cluster's state.
node "cp-1" {
  roles   = ["control-plane"]
  address = cidrhost(local.subnet, 31)
  cpus    = 2
  memory  = "4Gi"
}

# worker-1 and worker-2, with addresses that follow each other.
node_pool "worker" {
  roles         = ["worker"]
  count         = 2
  first_address = cidrhost(local.subnet, 41)
  cpus          = 2
  memory        = "4Gi"
}
