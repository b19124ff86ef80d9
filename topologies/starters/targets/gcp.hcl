# shape: cloud
locals {
  # Zones of one region that fail on their own, and where the machines live.
  # Every address below is counted from here: cidrhost(local.subnet, 31) is
  # 10.10.0.31.
  zones  = ["europe-west4-a", "europe-west4-b", "europe-west4-c"]
  subnet = "10.10.0.0/24"
}

# Machines that Terraform makes, in the folder terraform of the generated tree.
# Credentials come from gcloud.
target "gcp" {
  project      = "my-project-123"
  region       = "europe-west4"
  subnet       = local.subnet
  proxy_subnet = "10.10.255.0/26"   # for the API's balancer, where there is one
  admin_cidrs  = ["203.0.113.0/24"] # who may reach the bastion: put your own range here
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
