# shape: local
# Objects for a Cluster API management cluster. Its infrastructure provider
# creates the machines.
target "cluster-api" {
  # docker is for tests. For another provider, write the kinds of its objects:
  infrastructure = "docker"
  # infrastructure        = "other"
  # cluster_kind          = "VSphereCluster"
  # machine_template_kind = "VSphereMachineTemplate"
}
