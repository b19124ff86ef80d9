# shape: hosted
locals {
  # Availability zones of one region, at least two. Add new ones at the end: a
  # zone's position determines its subnets.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

# Amazon EKS: AWS runs the control plane. Credentials come from AWS_PROFILE or
# other AWS variables.
target "eks" {
  region   = "eu-central-1"
  vpc_cidr = "10.40.0.0/16" # machines and pods
  zones    = local.zones
  # The ranges that may reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
