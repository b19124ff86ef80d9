variable "default_pool" {
  description = "The pool that is made with the cluster and lives as long as it does."
  type        = string
}

locals {
  default_pool = var.pools[var.default_pool]
  other_pools  = { for name, p in var.pools : name => p if name != var.default_pool }
}

# What the cluster was made with: another pool in that place would make the whole cluster again, etcd and all, and with some vendors another
# size of its machines would too. The program next to this one refuses the former, and keeps the size that is recorded here.
resource "terraform_data" "default_pool" {
  input = { name = var.default_pool, size = local.default_pool.size }

  lifecycle {
    ignore_changes = [input]
  }
}
