cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.4"
}

# The target creates the nodes and assigns their addresses. The control plane
# runs ordinary pods too, because memory is scarce on one machine.
node "cp-1" {
  roles = ["control-plane", "worker"]
}

# worker-1 and worker-2.
node_pool "worker" {
  roles = ["worker"]
  count = 2
}
