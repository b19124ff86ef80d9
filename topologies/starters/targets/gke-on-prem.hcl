# shape: stacked
locals {
  # The subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Google Distributed Cloud: bmctl builds the cluster on existing machines.
# Google Cloud keys stay on the workstation that runs bmctl.
target "gke-on-prem" {
  project           = "my-project-123"
  location          = "europe-west4"
  control_plane_vip = cidrhost(local.subnet, 5)
  ingress_vip       = cidrhost(local.subnet, 200)
  # For Services, and for the ingress.
  address_pools        = ["10.0.0.200-10.0.0.220"]
  ssh_private_key_file = "/home/ops/.ssh/id_ed25519"
}

ssh {
  user = "ops"
}
