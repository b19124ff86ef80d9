# The vendor runs the control plane and etcd, without a guarantee to survive the
# loss of a machine.
cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target is known to offer.
  # kubernetes_version = "1.36.0"
}

# Machines of one size. The vendor assigns their names and addresses.
node_pool "general" {
  roles           = ["worker"]
  count           = 3
  cpus            = 4
  memory          = "16Gi"
  failure_domains = [local.zones[0]]
}
