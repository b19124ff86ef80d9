# shape: local
# Objects for a management cluster of Cluster API, whose provider makes the
# machines.
target "cluster-api" {
  infrastructure = "docker" # for tests; other = with the kinds of your provider's objects:
  # infrastructure        = "other"
  # cluster_kind          = "VSphereCluster"
  # machine_template_kind = "VSphereMachineTemplate"
}
