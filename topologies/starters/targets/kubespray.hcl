# shape: machines
locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31. Literal addresses such as
  # "10.0.0.31" work too.
  subnet = "10.0.0.0/24"
}

# Existing machines. kubespray's playbook builds on them, with a proxy on each
# worker in front of the API servers. With load_balancer "kube-vip", a virtual
# IP moves between the control planes instead.
target "kubespray" {}

ssh {
  user = "ubuntu"
}
