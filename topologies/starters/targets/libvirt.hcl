locals {
  # The network that libvirt creates for the machines. Every address below is
  # counted from it: cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Machines that libvirt/machines.sh of the generated tree creates on this
# hypervisor. For several hypervisors, write each in hypervisors, the bridge to
# their common segment in bridge, and on each node its host.
target "libvirt" {
  uri     = "qemu:///system"
  subnets = [local.subnet]
}

ssh {
  user = "ops" # created on every machine at its first boot, with your key
}
