locals {
  # The private network of the machines. VirtualBox accepts only
  # 192.168.56.0/21. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 192.168.56.31.
  subnet = "192.168.56.0/24"
}

# `vagrant up` in the vagrant folder of the generated tree creates the machines,
# and then runs the playbook once.
target "vagrant" {
  provider = "libvirt" # libvirt | virtualbox | vmware_desktop
}
