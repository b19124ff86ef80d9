# shape: cloud
locals {
  # Availability zones of the cloud, and the subnet of the machines. Every
  # address below is counted from it: cidrhost(local.subnet, 31) is 10.80.0.31.
  zones  = ["az1", "az2", "az3"]
  subnet = "10.80.0.0/24"
}

# Machines that Terraform creates, in the folder terraform of the generated
# tree. Credentials come from OS_CLOUD and clouds.yaml.
target "openstack" {
  external_network = "public"
  subnet           = local.subnet
  # The name of the image in this cloud.
  images = { "ubuntu-24.04" = "Ubuntu 24.04 LTS" }
  # The ranges that may reach the bastion. Write your own.
  admin_cidrs = ["203.0.113.0/24"]

  flavor "m1.large" { # a flavor of this cloud
    cpus       = 4
    memory_gib = 8
  }
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
