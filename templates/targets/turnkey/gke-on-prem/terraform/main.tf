# A user cluster of Google Distributed Cloud on bare metal, created by an admin cluster. Pools are keyed by their names in the plan. Nothing
# here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  # the API's names of taint effects
  effects = {
    NoSchedule       = "NO_SCHEDULE"
    PreferNoSchedule = "PREFER_NO_SCHEDULE"
    NoExecute        = "NO_EXECUTE"
  }
}

resource "google_gkeonprem_bare_metal_cluster" "cluster" {
  name                     = var.cluster
  location                 = var.location
  admin_cluster_membership = var.admin_cluster_membership
  bare_metal_version       = var.release

  network_config {
    island_mode_cidr {
      pod_address_cidr_blocks     = var.pod_subnets
      service_address_cidr_blocks = var.service_subnets
    }
  }

  control_plane {
    control_plane_node_pool_config {
      node_pool_config {
        operating_system = "LINUX"

        dynamic "node_configs" {
          for_each = var.control_planes

          content {
            node_ip = node_configs.value
          }
        }
      }
    }
  }

  # The bundled balancer: the control planes have the API's address, and MetalLB assigns the addresses of Services.
  load_balancer {
    port_config {
      control_plane_load_balancer_port = var.control_plane_port
    }

    vip_config {
      control_plane_vip = var.control_plane_vip
      ingress_vip       = var.ingress_vip
    }

    metal_lb_config {
      address_pools {
        pool      = "services"
        addresses = var.address_pools
      }
    }
  }

  storage {
    lvp_share_config {
      shared_path_pv_count = 5

      lvp_config {
        path          = "/mnt/localpv-share"
        storage_class = "local-shared"
      }
    }

    lvp_node_mounts_config {
      path          = "/mnt/localpv-disk"
      storage_class = "local-disks"
    }
  }

  node_config {
    max_pods_per_node = var.max_pods
  }

  dynamic "node_access_config" {
    for_each = var.login_user == "" ? [] : [var.login_user]

    content {
      login_user = node_access_config.value
    }
  }

  dynamic "proxy" {
    for_each = var.proxy == null ? [] : [var.proxy]

    content {
      uri      = proxy.value.uri
      no_proxy = proxy.value.no_proxy
    }
  }
}

resource "google_gkeonprem_bare_metal_node_pool" "pool" {
  for_each = var.pools

  name               = each.key
  bare_metal_cluster = google_gkeonprem_bare_metal_cluster.cluster.name
  location           = var.location

  node_pool_config {
    operating_system = "LINUX"
    labels           = each.value.labels

    dynamic "node_configs" {
      for_each = each.value.nodes

      content {
        node_ip = node_configs.value
      }
    }

    dynamic "taints" {
      for_each = each.value.taints

      content {
        key    = taints.value.key
        value  = taints.value.value
        effect = local.effects[taints.value.effect]
      }
    }
  }
}
