# shape: cloud
locals {
  # Zones of one region that fail independently, and the subnet of the machines.
  # Every address below is counted from it: cidrhost(local.subnet, 31) is
  # 10.10.0.31.
  zones  = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
  subnet = "10.10.0.0/24"
}

# Machines that Terraform creates, in the folder terraform of the generated
# tree. Credentials come from gcloud.
target "gcp" {
  project      = "my-project-123"
  region       = "europe-west4"
  subnet       = local.subnet
  proxy_subnet = "10.10.255.0/26" # for the API's balancer, if there is one
  # The ranges that may reach the bastion. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
