cluster "dev" {
  type = "all-in-one"
  kubernetes_version = "1.99.0" # error: version-unknown: Update k8splan
}

node "dev-1" {
  address = "192.168.56.10"
}
