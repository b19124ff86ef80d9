cluster "small" {
  type = "single-etcd-single-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.35.4"
}

# The target makes the machines and gives them their addresses. etcd runs beside
# the control plane.
node "cp-1" {
  roles = ["control-plane"]
}

# worker-1 and worker-2.
node_pool "worker" {
  roles = ["worker"]
  count = 2
}
