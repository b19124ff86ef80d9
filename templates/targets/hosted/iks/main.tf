# A cluster of IBM Cloud Kubernetes Service. Pools are keyed by their names in the plan; the data is in plan.auto.tfvars.json.

resource "ibm_is_vpc" "cluster" {
  name                      = var.cluster
  address_prefix_management = "manual"
}

resource "ibm_is_vpc_address_prefix" "zone" {
  for_each = var.subnets

  name = "${var.cluster}-${each.key}"
  vpc  = ibm_is_vpc.cluster.id
  zone = each.key
  cidr = each.value
}

# Workers have no public address; they reach registries through a gateway of their zone.
resource "ibm_is_public_gateway" "zone" {
  for_each = var.subnets

  name = "${var.cluster}-${each.key}"
  vpc  = ibm_is_vpc.cluster.id
  zone = each.key
}

resource "ibm_is_subnet" "zone" {
  for_each = var.subnets

  name            = "${var.cluster}-${each.key}"
  vpc             = ibm_is_vpc.cluster.id
  zone            = each.key
  ipv4_cidr_block = each.value
  public_gateway  = ibm_is_public_gateway.zone[each.key].id

  depends_on = [ibm_is_vpc_address_prefix.zone]
}

# IBM names the pool that is created with the cluster default, whatever its name in the plan. IBM counts workers per zone.
resource "ibm_container_vpc_cluster" "cluster" {
  name                                = var.cluster
  vpc_id                              = ibm_is_vpc.cluster.id
  kube_version                        = var.kubernetes_version
  flavor                              = terraform_data.default_pool.input.size
  worker_count                        = local.default_pool.count / length(local.default_pool.zones)
  worker_labels                       = local.default_pool.labels
  pod_subnet                          = var.pod_subnet == "" ? null : var.pod_subnet
  service_subnet                      = var.service_subnet == "" ? null : var.service_subnet
  disable_public_service_endpoint     = !var.public_endpoint
  disable_outbound_traffic_protection = true # pods may pull from registries outside IBM

  dynamic "zones" {
    for_each = toset(local.default_pool.zones)

    content {
      name      = zones.key
      subnet_id = ibm_is_subnet.zone[zones.key].id
    }
  }

  lifecycle {
    ignore_changes = [kube_version] # IBM patches the control plane automatically

    precondition {
      condition     = terraform_data.default_pool.input.name == var.default_pool
      error_message = "The cluster was made with the pool ${terraform_data.default_pool.input.name}. With another one it would be recreated, and everything in it would be lost: write default_pool = \"${terraform_data.default_pool.input.name}\" in the target."
    }
  }
}

check "default_pool_size" {
  assert {
    condition     = terraform_data.default_pool.input.size == local.default_pool.size
    error_message = "The machines of the pool ${var.default_pool} keep the size ${terraform_data.default_pool.input.size}. The pool was created with the cluster, and IBM would recreate the whole cluster for another size. Define a second pool with the size that you want, and move the pods there."
  }
}

resource "ibm_container_vpc_worker_pool" "pool" {
  for_each = local.other_pools

  cluster          = ibm_container_vpc_cluster.cluster.id
  vpc_id           = ibm_is_vpc.cluster.id
  worker_pool_name = each.key
  flavor           = each.value.size
  worker_count     = each.value.count / length(each.value.zones)
  labels           = each.value.labels

  dynamic "zones" {
    for_each = toset(each.value.zones)

    content {
      name      = zones.key
      subnet_id = ibm_is_subnet.zone[zones.key].id
    }
  }

  dynamic "taints" {
    for_each = each.value.taints

    content {
      key    = taints.value.key
      value  = taints.value.value
      effect = taints.value.effect
    }
  }
}
