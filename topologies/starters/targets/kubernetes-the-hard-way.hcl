# shape: machines
locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31. Literal addresses such as
  # "10.0.0.31" work too.
  subnet = "10.0.0.0/24"
}

# Existing machines in one network segment. Scripts of the generated tree
# install every component as a systemd service.
target "kubernetes-the-hard-way" {}

ssh {
  user = "ubuntu"
}
