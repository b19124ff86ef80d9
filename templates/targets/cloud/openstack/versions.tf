terraform {
  required_version = ">= 1.5"

  required_providers {
    openstack = {
      source  = "terraform-provider-openstack/openstack"
      version = "~> 3.4"
    }
  }
}

# Credentials come from the environment (OS_CLOUD and clouds.yaml, or an openrc file), never from this tree.
provider "openstack" {}
