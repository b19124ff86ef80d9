terraform {
  required_version = ">= 1.5"

  required_providers {
    proxmox = {
      source  = "bpg/proxmox"
      version = "~> 0.107"
    }
  }
}

# The API's address and the token come from PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN, never from this tree.
provider "proxmox" {}
