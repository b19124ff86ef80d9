# shape: machines
locals {
  # Where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31. A literal address such as
  # "10.0.0.31" is as good.
  subnet = "10.0.0.0/24"
}

# Machines that exist already. kubespray's playbook builds on them, with a proxy
# on each worker before the API servers. With load_balancer "kube-vip", a
# virtual IP moves between the control planes instead.
target "kubespray" {}

ssh {
  user = "ubuntu"
}
