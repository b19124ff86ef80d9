variable "subnet" {
  description = "Range of the workers' addresses. Pods have their own addresses, on top."
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
