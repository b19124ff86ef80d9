locals {
  # The network that libvirt makes for the machines. Every address below is
  # counted from it: cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Machines that libvirt/machines.sh of the generated tree makes on this
# hypervisor. For several hypervisors name each in hypervisors, the bridge to
# their common segment in bridge, and state on each node which is its host.
target "libvirt" {
  uri     = "qemu:///system"
  subnets = [local.subnet]
}

ssh {
  user = "ops" # made on every machine at its first boot, with your key
}
