cluster "dev" {
  type = "all-in-one"
  kubelet {
    extra_args = { "pod-infra-container-image" = "registry.k8s.io/pause:3.9" } # error: version-removed-flag: 1.35
  }
}

node "dev-1" {
  address = "192.168.56.10"
}
