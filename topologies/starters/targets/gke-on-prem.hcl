# shape: stacked
locals {
  # Where the machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Google Distributed Cloud: bmctl builds the cluster on machines that exist.
# Keys of Google Cloud stay on the workstation that runs it.
target "gke-on-prem" {
  project              = "my-project-123"
  location             = "europe-west4"
  control_plane_vip    = cidrhost(local.subnet, 5)
  ingress_vip          = cidrhost(local.subnet, 200)
  address_pools        = ["10.0.0.200-10.0.0.220"] # for Services, the ingress among them
  ssh_private_key_file = "/home/ops/.ssh/id_ed25519"
}

ssh {
  user = "ops"
}
