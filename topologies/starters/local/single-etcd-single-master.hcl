cluster "small" {
  type = "single-etcd-single-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.4"
}

# The target makes the nodes and gives them their addresses. The control plane
# takes ordinary pods too: on one machine, memory is scarcer than quiet.
node "cp-1" {
  roles = ["control-plane", "worker"]
}

# worker-1 and worker-2.
node_pool "worker" {
  roles = ["worker"]
  count = 2
}
