locals {
  # The network that LXD creates for the machines. Every address below is
  # counted from it: cidrhost(local.subnet, 31) is 10.50.0.31.
  subnet = "10.50.0.0/24"
}

# Virtual machines that lxd/machines.sh of the generated tree creates on this
# machine.
target "lxd" {
  # Or "container", which shares the kernel of the machine.
  instances = "virtual-machine"
  subnets   = [local.subnet]
}

ssh {
  user = "ops" # created on every machine at its first boot, with your key
}
