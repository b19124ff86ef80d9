locals {
  # The segment behind the bridge. Every address below is counted from here:
  # cidrhost(local.subnet, 31) is 10.0.0.31.
  subnet = "10.0.0.0/24"
}

# Machines that Terraform makes from cloud images, in the folder terraform of
# the generated tree. The API's address and a token come from
# PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN.
target "proxmox" {
  subnets         = [local.subnet]
  datastore       = "local-lvm" # of the disks
  image_datastore = "local"     # of the images: its content types must hold Import
  bridge          = "vmbr0"

  # The nodes of Proxmox that carry the failure domains of the nodes below.
  host  = "pve-1" # of those that name none
  hosts = { "rack-a" = "pve-1", "rack-b" = "pve-2", "rack-c" = "pve-3" }
}

ssh {
  user = "ops" # made on every machine at its first boot, with the key of ssh_public_key_file
}
