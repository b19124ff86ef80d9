# shape: cloud
locals {
  # Availability zones of one region, named as the label of a node names them,
  # and where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.30.0.31.
  zones  = ["westeurope-1", "westeurope-2", "westeurope-3"]
  subnet = "10.30.0.0/24"
}

# Machines that Terraform makes, in the folder terraform of the generated tree.
# Credentials come from az; the subscription from ARM_SUBSCRIPTION_ID.
target "azure" {
  location       = "westeurope"
  vnet_cidr      = "10.30.0.0/16"
  subnet         = local.subnet
  bastion_subnet = "10.30.255.0/28"
  admin_cidrs    = ["203.0.113.0/24"] # who may reach the bastion: put your own range here
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
