variable "default_pool" {
  description = "The pool that is made with the cluster and lives as long as it does."
  type        = string
}

locals {
  default_pool = var.pools[var.default_pool]
  other_pools  = { for name, p in var.pools : name => p if name != var.default_pool }
}
