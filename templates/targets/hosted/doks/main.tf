# A cluster of DigitalOcean Kubernetes. Pools are keyed by their names in the plan; the data is in plan.auto.tfvars.json.

# DigitalOcean's releases have their own suffix. This selects the newest release of the minor; it fails if there is none.
data "digitalocean_kubernetes_versions" "minor" {
  version_prefix = "${var.kubernetes_version}."
}

resource "digitalocean_vpc" "cluster" {
  name     = var.cluster
  region   = var.region
  ip_range = var.vpc_cidr
}

resource "digitalocean_kubernetes_cluster" "cluster" {
  name           = var.cluster
  region         = var.region
  version        = data.digitalocean_kubernetes_versions.minor.latest_version
  vpc_uuid       = digitalocean_vpc.cluster.id
  ha             = var.ha
  auto_upgrade   = true
  surge_upgrade  = true
  cluster_subnet = var.pod_subnet == "" ? null : var.pod_subnet
  service_subnet = var.service_subnet == "" ? null : var.service_subnet

  maintenance_policy {
    day        = "sunday"
    start_time = "04:00"
  }

  node_pool {
    name       = var.default_pool
    size       = terraform_data.default_pool.input.size # https://github.com/digitalocean/terraform-provider-digitalocean/issues/424
    node_count = local.default_pool.count
    labels     = local.default_pool.labels
  }

  dynamic "control_plane_firewall" {
    for_each = length(var.admin_cidrs) == 0 ? [] : [var.admin_cidrs]

    content {
      enabled           = true
      allowed_addresses = control_plane_firewall.value
    }
  }

  lifecycle {
    ignore_changes = [version] # DigitalOcean upgrades the cluster automatically

    precondition {
      condition     = terraform_data.default_pool.input.name == var.default_pool
      error_message = "The cluster was made with the pool ${terraform_data.default_pool.input.name}. With another one it would be recreated, and everything in it would be lost: write default_pool = \"${terraform_data.default_pool.input.name}\" in the target."
    }
  }
}

check "default_pool_size" {
  assert {
    condition     = terraform_data.default_pool.input.size == local.default_pool.size
    error_message = "The machines of the pool ${var.default_pool} keep the size ${terraform_data.default_pool.input.size}. The pool was created with the cluster, and DigitalOcean would recreate the whole cluster for another size. Define a second pool with the size that you want, and move the pods there."
  }
}

resource "digitalocean_kubernetes_node_pool" "pool" {
  for_each = local.other_pools

  cluster_id = digitalocean_kubernetes_cluster.cluster.id
  name       = each.key
  size       = each.value.size
  node_count = each.value.count
  labels     = each.value.labels

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }
}
