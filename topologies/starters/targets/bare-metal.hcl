locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31. Literal addresses such as
  # "10.0.0.31" work too.
  subnet = "10.0.0.0/24"
}

# Existing machines. k8splan's playbook reaches them over SSH, as a user who may
# use sudo without a password.
target "bare-metal" {}

ssh {
  user = "ubuntu"
  # A path, never a key. Without it, ssh uses its agent and default keys.
  # private_key_file = "~/.ssh/id_ed25519"
}
