# shape: agents
# Red Hat's installer builds the cluster on existing machines. The pull secret
# is not in the tree: pass it to openshift/assemble.sh of the generated tree.
locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}
