terraform {
  required_version = ">= 1.5"

  required_providers {
    vsphere = {
      source  = "vmware/vsphere"
      version = "~> 2.15"
    }
  }
}

# The address of vCenter and who logs in come from VSPHERE_SERVER, VSPHERE_USER and VSPHERE_PASSWORD.
provider "vsphere" {}
