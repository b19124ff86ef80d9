terraform {
  required_version = ">= 1.5"

  required_providers {
    ibm = {
      source  = "IBM-Cloud/ibm"
      version = "~> 1.88"
    }
  }
}

# The API key comes from the environment (IC_API_KEY), never from this tree.
provider "ibm" {
  region = var.region
}
