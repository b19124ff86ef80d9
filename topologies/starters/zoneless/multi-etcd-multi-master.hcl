# The vendor runs several control planes and a clustered etcd, in several zones
# if the region has them.
cluster "prod" {
  type = "multi-etcd-multi-master"

  # The default is the newest version that the target is known to offer.
  # kubernetes_version = "1.35.10"
}

# Machines of one size. The vendor assigns their names and addresses.
node_pool "general" {
  roles  = ["worker"]
  count  = 3
  cpus   = 4
  memory = "16Gi"
}
