# shape: cloud
locals {
  # Locations that share a private network and fail independently, and the
  # subnet of the machines. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.90.0.31.
  zones  = ["fsn1", "nbg1", "hel1"]
  subnet = "10.90.0.0/24"
}

# Machines that Terraform creates, in the folder terraform of the generated
# tree. The project's token comes from HCLOUD_TOKEN.
target "hetzner" {
  subnet = local.subnet
  # The ranges that may reach the bastion. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
  # The name of your public key, if the project already has it.
  # ssh_key = "ops"
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
