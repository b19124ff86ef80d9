variable "default_pool" {
  description = "The pool that is created with the cluster and exists as long as the cluster does."
  type        = string
}

locals {
  default_pool = var.pools[var.default_pool]
  other_pools  = { for name, p in var.pools : name => p if name != var.default_pool }
}

# The pool and the size that the cluster was created with. Another default pool would recreate the whole cluster, including etcd; with some
# vendors, so would another size of its machines. main.tf refuses another pool, and keeps the size that is recorded here.
resource "terraform_data" "default_pool" {
  input = { name = var.default_pool, size = local.default_pool.size }

  lifecycle {
    ignore_changes = [input]
  }
}
