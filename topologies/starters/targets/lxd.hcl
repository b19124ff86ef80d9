locals {
  # The network that LXD makes for the machines. Every address below is counted
  # from here: cidrhost(local.subnet, 31) is 10.50.0.31.
  subnet = "10.50.0.0/24"
}

# Virtual machines that lxd/machines.sh of the generated tree makes on this
# machine.
target "lxd" {
  instances = "virtual-machine" # or container, which shares the machine's kernel
  subnets   = [local.subnet]
}

ssh {
  user = "ops" # made on every machine at its first boot, with your key
}
