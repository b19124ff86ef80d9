# shape: machines
locals {
  # Where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31. A literal address such as
  # "10.0.0.31" is as good.
  subnet = "10.0.0.0/24"
}

# Machines that exist already, in one network segment. Scripts of the generated
# tree make every component a service of systemd.
target "kubernetes-the-hard-way" {}

ssh {
  user = "ubuntu"
}
