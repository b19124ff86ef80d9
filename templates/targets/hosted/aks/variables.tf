variable "subnet" {
  description = "Range of the workers' addresses. Pods have addresses of an overlay network."
  type        = string
}

variable "sku_tier" {
  description = "Free: a control plane without an availability guarantee; Standard: with one."
  type        = string
}

variable "dns_service_ip" {
  description = "Address of the cluster's DNS in the range of Services; empty if Azure chooses that range."
  type        = string
}
