cluster "dev" {
  type = "all-in-one"

  # Left out, the planner takes the newest Kubernetes that the target takes;
  # `k8splan plan` shows every value decided for you.
  # kubernetes_version = "1.36.4"
}

# One node with every role. The target makes it and gives it an address.
node "dev-1" {}
