# shape: zonal
locals {
  # Zones of one region that fail on their own, and the machines' subnet in
  # each. Every address below is counted from here:
  # cidrhost(local.subnets["eu-central-1a"], 31) is 10.20.0.31.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  subnets = {
    "eu-central-1a" = "10.20.0.0/24"
    "eu-central-1b" = "10.20.1.0/24"
    "eu-central-1c" = "10.20.2.0/24"
  }
}

# Machines that Terraform makes, in the folder terraform of the generated tree.
# Credentials come from AWS_PROFILE and its kin.
target "aws" {
  region   = "eu-central-1"
  vpc_cidr = "10.20.0.0/16"
  subnets  = local.subnets
  public_subnets = { # for NAT and the bastion
    "eu-central-1a" = "10.20.255.0/26"
    "eu-central-1b" = "10.20.255.64/26"
    "eu-central-1c" = "10.20.255.128/26"
  }
  admin_cidrs = ["203.0.113.0/24"] # who may reach the bastion: put your own range here
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
