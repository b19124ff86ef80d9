# shape: agents
# Red Hat's installer builds the cluster on machines that exist. The pull
# secret stays with you: openshift/assemble.sh of the generated tree asks for
# it.
locals {
  # Where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}
