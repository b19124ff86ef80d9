# A cluster of Azure Kubernetes Service. Pools are keyed by their names in the plan; the data is in plan.auto.tfvars.json.

locals {
  # A failure domain has the value of the zone label, westeurope-1; in Azure's API the zone is 1.
  zones = { for name, p in var.pools : name => length(p.zones) == 0 ? null : [for z in p.zones : trimprefix(z, "${var.location}-")] }
}

resource "azurerm_subnet" "workers" {
  name                 = "workers"
  resource_group_name  = azurerm_resource_group.cluster.name
  virtual_network_name = azurerm_virtual_network.cluster.name
  address_prefixes     = [var.subnet]
}

# The cluster may create balancers in the subnet, and nothing elsewhere.
resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.cluster}-control-plane"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = azurerm_resource_group.cluster.location
}

resource "azurerm_role_assignment" "cluster" {
  scope                = azurerm_virtual_network.cluster.id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
}

resource "azurerm_kubernetes_cluster" "cluster" {
  name                      = var.cluster
  location                  = azurerm_resource_group.cluster.location
  resource_group_name       = azurerm_resource_group.cluster.name
  dns_prefix                = var.cluster
  kubernetes_version        = var.kubernetes_version
  sku_tier                  = var.sku_tier
  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"
  oidc_issuer_enabled       = true
  workload_identity_enabled = true

  default_node_pool {
    name                        = var.default_pool
    vm_size                     = local.default_pool.size
    node_count                  = local.default_pool.count
    os_disk_size_gb             = local.default_pool.disk_gib
    zones                       = local.zones[var.default_pool]
    node_labels                 = local.default_pool.labels
    vnet_subnet_id              = azurerm_subnet.workers.id
    temporary_name_for_rotation = "rotation" # used if Azure has to recreate the pool

    upgrade_settings {
      max_surge = "10%"
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    pod_cidr            = var.pod_subnet == "" ? null : var.pod_subnet
    service_cidr        = var.service_subnet == "" ? null : var.service_subnet
    dns_service_ip      = var.dns_service_ip == "" ? null : var.dns_service_ip
  }

  dynamic "api_server_access_profile" {
    for_each = length(var.admin_cidrs) == 0 ? [] : [var.admin_cidrs]

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  lifecycle {
    ignore_changes = [kubernetes_version] # the upgrade channel changes it

    precondition {
      condition     = terraform_data.default_pool.input.name == var.default_pool
      error_message = "The cluster was made with the pool ${terraform_data.default_pool.input.name}. With another one it would be recreated, and everything in it would be lost: write default_pool = \"${terraform_data.default_pool.input.name}\" in the target."
    }
  }

  depends_on = [azurerm_role_assignment.cluster]
}

resource "azurerm_kubernetes_cluster_node_pool" "pool" {
  for_each = local.other_pools

  name                        = each.key
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.cluster.id
  vm_size                     = each.value.size
  node_count                  = each.value.count
  os_disk_size_gb             = each.value.disk_gib
  zones                       = local.zones[each.key]
  node_labels                 = each.value.labels
  node_taints                 = [for t in each.value.taints : "${t.key}=${t.value}:${t.effect}"]
  vnet_subnet_id              = azurerm_subnet.workers.id
  temporary_name_for_rotation = substr("t${sha1(each.key)}", 0, 12)

  upgrade_settings {
    max_surge = "10%"
  }
}
