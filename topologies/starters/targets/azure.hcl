# shape: cloud
locals {
  # Availability zones of one region, in the form of a node's zone label, and
  # the subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.30.0.31.
  zones  = ["westeurope-1", "westeurope-2", "westeurope-3"]
  subnet = "10.30.0.0/24"
}

# Machines that Terraform creates, in the folder terraform of the generated
# tree. Credentials come from az, the subscription from ARM_SUBSCRIPTION_ID.
target "azure" {
  location       = "westeurope"
  vnet_cidr      = "10.30.0.0/16"
  subnet         = local.subnet
  bastion_subnet = "10.30.255.0/28"
  # The ranges that may reach the bastion. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
