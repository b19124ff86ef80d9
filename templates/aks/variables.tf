variable "subscription_id" {
  description = "Azure subscription; null takes ARM_SUBSCRIPTION_ID."
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

variable "subnet" {
  description = "Range of the workers' addresses. Pods have addresses of their own, on top."
  type        = string
}

variable "sku_tier" {
  description = "Free: a control plane without a promise; Standard: one with it."
  type        = string
}

variable "dns_service_ip" {
  description = "Address of the cluster's DNS in the range of Services; empty where Azure chooses that range."
  type        = string
}
