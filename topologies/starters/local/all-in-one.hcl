cluster "dev" {
  type = "all-in-one"

  # The default is the newest version that the target supports. `k8splan plan`
  # shows every default.
  # kubernetes_version = "1.36.4"
}

# One node with every role. The target creates it and assigns its address.
node "dev-1" {}
