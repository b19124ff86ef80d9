terraform {
  required_version = ">= 1.5"

  required_providers {
    vsphere = {
      source  = "vmware/vsphere"
      version = "~> 2.15"
    }
  }
}

# vCenter's address and the account come from VSPHERE_SERVER, VSPHERE_USER, and VSPHERE_PASSWORD.
provider "vsphere" {}
