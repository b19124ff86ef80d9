# shape: hosted
locals {
  # Availability zones of one region, two at least. New ones go to the end:
  # their subnets follow from their places.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

# Amazon EKS: AWS runs the control plane. Credentials come from AWS_PROFILE and
# its kin.
target "eks" {
  region      = "eu-central-1"
  vpc_cidr    = "10.40.0.0/16" # machines and pods
  zones       = local.zones
  admin_cidrs = ["203.0.113.0/24"] # who may reach the API: put your own range here
}
