# shape: local
# Objects for a management cluster of Cluster API, whose provider makes the
# machines.
target "cluster-api" {
  # docker is for tests. For another provider, name the kinds of its objects:
  infrastructure = "docker"
  # infrastructure        = "other"
  # cluster_kind          = "VSphereCluster"
  # machine_template_kind = "VSphereMachineTemplate"
}
