terraform {
  required_version = ">= 1.5"

  required_providers {
    digitalocean = {
      source  = "digitalocean/digitalocean"
      version = "~> 2.71"
    }
  }
}

# The token comes from the environment (DIGITALOCEAN_TOKEN), never from this tree.
provider "digitalocean" {}
