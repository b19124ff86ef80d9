cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  labels = { "failure-domain.beta.kubernetes.io/zone" = "a" } # warning: node-label-deprecated: failure_domain
}
