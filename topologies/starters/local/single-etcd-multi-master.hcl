cluster "shared-etcd" {
  type = "single-etcd-multi-master"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.4"
}

# The only etcd member. It must already run, because the target creates no etcd.
# While it is down, the cluster cannot change.
node "etcd-1" {
  roles   = ["etcd"]
  address = "10.0.0.21"
}

# The target creates the nodes and assigns their addresses.
node_pool "cp" {
  roles = ["control-plane"]
  count = 3
}

node_pool "worker" {
  roles = ["worker"]
  count = 2
}
