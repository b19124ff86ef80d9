cluster "small" {
  type = "single-etcd-single-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.2"
}

# The target makes the machines and gives them their addresses. The control
# plane holds the one etcd member.
node "cp-1" {
  roles          = ["control-plane"]
  failure_domain = local.zones[0]
}

# worker-1 and worker-2, dealt out over the zones.
node_pool "worker" {
  roles           = ["worker"]
  count           = 2
  failure_domains = local.zones
}
