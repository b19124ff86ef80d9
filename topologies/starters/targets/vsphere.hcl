locals {
  # The segment behind the port group. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Machines that Terraform clones from a template, in the folder terraform of the
# generated tree. vCenter's address and the account come from VSPHERE_SERVER,
# VSPHERE_USER, and VSPHERE_PASSWORD.
target "vsphere" {
  datacenter      = "dc-1"
  compute_cluster = "cluster-1"
  datastore       = "vsan-1"
  network         = "VM Network"
  # true if NSX manages the port group.
  nsx = false
  # Templates need cloud-init and open-vm-tools.
  templates = { "ubuntu-24.04" = "ubuntu-24.04" }
  subnets   = [local.subnet]

  # The placement of the failure domains below. A block with a compute_cluster
  # and without hosts is a whole compute cluster.
  failure_domain "rack-a" {
    hosts = ["esx-a1.example.com", "esx-a2.example.com"]
  }
  failure_domain "rack-b" {
    hosts = ["esx-b1.example.com", "esx-b2.example.com"]
  }
  failure_domain "rack-c" {
    hosts = ["esx-c1.example.com", "esx-c2.example.com"]
  }
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
