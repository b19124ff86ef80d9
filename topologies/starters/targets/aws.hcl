# shape: zonal
locals {
  # Zones of one region that fail independently, and the machines' subnet in
  # each. Every address below is counted from it:
  # cidrhost(local.subnets["eu-central-1a"], 31) is 10.20.0.31.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  subnets = {
    "eu-central-1a" = "10.20.0.0/24"
    "eu-central-1b" = "10.20.1.0/24"
    "eu-central-1c" = "10.20.2.0/24"
  }
}

# Machines that Terraform creates, in the folder terraform of the generated
# tree. Credentials come from AWS_PROFILE or other AWS variables.
target "aws" {
  region   = "eu-central-1"
  vpc_cidr = "10.20.0.0/16"
  subnets  = local.subnets
  public_subnets = { # for NAT and the bastion
    "eu-central-1a" = "10.20.255.0/26"
    "eu-central-1b" = "10.20.255.64/26"
    "eu-central-1c" = "10.20.255.128/26"
  }
  # The ranges that may reach the bastion. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
