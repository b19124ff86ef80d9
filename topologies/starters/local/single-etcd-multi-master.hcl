cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.4"
}

# The one etcd member, which runs already: the target makes no etcd. While it is
# down nothing can be changed.
node "etcd-1" {
  roles   = ["etcd"]
  address = "10.0.0.21"
}

# The target makes the nodes and gives them their addresses.
node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
