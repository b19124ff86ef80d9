terraform {
  required_version = ">= 1.5"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

# Credentials come from the environment or from Azure's own chain (`az login`), never from this tree; the subscription from
# ARM_SUBSCRIPTION_ID where the plan names none.
provider "azurerm" {
  subscription_id = var.subscription_id

  features {}
}
