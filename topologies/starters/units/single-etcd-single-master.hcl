cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.35.4"
}

# The target creates the machines and assigns their addresses. etcd runs on the
# same machine.
node "cp-1" {
  roles = ["control-plane"]
}

# worker-1 and worker-2.
node_pool "worker" {
  roles = ["worker"]
  count = 2
}
