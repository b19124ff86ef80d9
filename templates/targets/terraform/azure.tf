# The base of every configuration on Azure: the provider, the resource group, and the network.

terraform {
  required_version = ">= 1.5"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.55"
    }
  }
}

# Credentials come from the environment or from Azure's own chain (`az login`), never from this tree; the subscription from
# ARM_SUBSCRIPTION_ID if the plan has none.
provider "azurerm" {
  subscription_id = var.subscription_id

  features {}
}

variable "subscription_id" {
  description = "Azure subscription; null means ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "vnet_cidr" {
  description = "Range of the network."
  type        = string
}

resource "azurerm_resource_group" "cluster" {
  name     = var.cluster
  location = var.location
}

resource "azurerm_virtual_network" "cluster" {
  name                = var.cluster
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
  address_space       = [var.vnet_cidr]
}
