locals {
  # Where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31. A literal address such as
  # "10.0.0.31" is as good.
  subnet = "10.0.0.0/24"
}

# Machines that exist already, reached over SSH by a user who may use sudo
# without a password.
target "bare-metal" {}

ssh {
  user = "ubuntu"
  # private_key_file = "~/.ssh/id_ed25519" # a path, never a key; without it ssh uses the agent and its own files
}
