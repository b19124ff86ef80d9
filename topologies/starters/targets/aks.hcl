# shape: hosted
locals {
  # Availability zones of the region, in the form of a node's zone label.
  zones = ["westeurope-1", "westeurope-2", "westeurope-3"]
}

# Azure Kubernetes Service: Microsoft runs the control plane. Credentials come
# from az, the subscription from ARM_SUBSCRIPTION_ID.
target "aks" {
  location  = "westeurope"
  vnet_cidr = "10.50.0.0/16"
  subnet    = "10.50.0.0/22"
  # The ranges that may reach the API. Write your own.
  admin_cidrs = ["203.0.113.0/24"]
}
