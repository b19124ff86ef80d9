locals {
  # The segment behind the bridge. Every address below is counted from it:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Machines that Terraform creates from cloud images, in the folder terraform of
# the generated tree. The API's address and a token come from
# PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN.
target "proxmox" {
  subnets   = [local.subnet]
  datastore = "local-lvm" # of the disks
  # For images. The content types of this datastore must include Import.
  image_datastore = "local"
  bridge          = "vmbr0"

  # The Proxmox nodes of the failure domains below.
  host  = "pve-1" # of machines without a failure domain
  hosts = { "rack-a" = "pve-1", "rack-b" = "pve-2", "rack-c" = "pve-3" }
}

ssh {
  # Each machine creates this user at its first boot, with the key in
  # ssh_public_key_file.
  user = "ops"
}
