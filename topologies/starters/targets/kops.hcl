# shape: zones
locals {
  # Zones of one region. Machines are assigned to them round-robin, so the
  # loss of one leaves a majority of etcd.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

# kops makes the machines and the cluster. Credentials come from the cloud:
# AWS_PROFILE, or an instance role.
target "kops" {
  cloud = "aws"                     # aws | gce, which also wants project
  state = "s3://example-kops-state" # a bucket that exists
  # The ranges from which people and CI reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
