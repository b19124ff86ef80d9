# shape: cloud
locals {
  # Locations that share a private network and fail on their own, and where the
  # machines live. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.90.0.31.
  zones  = ["fsn1", "nbg1", "hel1"]
  subnet = "10.90.0.0/24"
}

# Machines that Terraform makes, in the folder terraform of the generated tree.
# The project's token comes from HCLOUD_TOKEN.
target "hetzner" {
  subnet      = local.subnet
  admin_cidrs = ["203.0.113.0/24"] # who may reach the bastion: put your own range here
  # ssh_key   = "ops"              # the key's name, where the project has your public key already
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
