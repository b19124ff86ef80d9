# The vendor runs control plane and etcd, without a promise to survive the loss
# of either.
cluster "small" {
  type = "single-etcd-single-master"

  # The default is the newest version that the target is known to offer.
  # kubernetes_version = "1.35.10"
}

# Machines of one size. The vendor gives them their names and addresses.
node_pool "general" {
  roles  = ["worker"]
  count  = 3
  cpus   = 4
  memory = "16Gi"
}
