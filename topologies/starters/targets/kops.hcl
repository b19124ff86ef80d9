# shape: zones
locals {
  # Zones of one region. Machines are assigned to them round-robin, so the
  # loss of one leaves a majority of etcd.
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

# kops creates the machines and the cluster. Credentials come from AWS_PROFILE
# or an instance role.
target "kops" {
  cloud = "aws"                     # aws | gce, which also requires project
  state = "s3://example-kops-state" # an existing bucket
  # The ranges that may reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
