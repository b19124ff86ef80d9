# A cluster of Google Kubernetes Engine. Pools are keyed by their names in the plan; the data is in plan.auto.tfvars.json.

locals {
  effects = { NoSchedule = "NO_SCHEDULE", PreferNoSchedule = "PREFER_NO_SCHEDULE", NoExecute = "NO_EXECUTE" }
}

resource "google_compute_subnetwork" "nodes" {
  name                     = "${var.cluster}-nodes"
  network                  = google_compute_network.cluster.id
  region                   = var.region
  ip_cidr_range            = var.subnet
  private_ip_google_access = true

  lifecycle {
    ignore_changes = [secondary_ip_range] # GKE adds the ranges of pods and Services
  }
}

# The minimum permissions of workers: to write logs and metrics, and to pull images.
resource "google_service_account" "node" {
  account_id   = "${substr(var.cluster, 0, 25)}-node"
  display_name = "${var.cluster}: workers"
}

resource "google_project_iam_member" "node" {
  for_each = toset(["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"])

  project = var.project
  role    = each.key
  member  = "serviceAccount:${google_service_account.node.email}"
}

resource "google_container_cluster" "cluster" {
  name                     = var.cluster
  location                 = var.location
  node_locations           = length(var.zones) == 0 ? null : [for z in var.zones : z if z != var.location]
  network                  = google_compute_network.cluster.id
  subnetwork               = google_compute_subnetwork.nodes.id
  min_master_version       = var.kubernetes_version
  networking_mode          = "VPC_NATIVE"
  datapath_provider        = "ADVANCED_DATAPATH"
  deletion_protection      = var.deletion_protection
  remove_default_node_pool = true # all pools come from the plan
  initial_node_count       = 1

  node_config {
    service_account = google_service_account.node.email # of the pool that is removed: Google's default account may no longer exist
  }

  release_channel {
    channel = var.release_channel
  }

  ip_allocation_policy {
    cluster_ipv4_cidr_block  = var.pod_subnet == "" ? null : var.pod_subnet
    services_ipv4_cidr_block = var.service_subnet == "" ? null : var.service_subnet
  }

  private_cluster_config {
    enable_private_nodes = true
  }

  dynamic "master_authorized_networks_config" {
    for_each = length(var.admin_cidrs) == 0 ? [] : [var.admin_cidrs]

    content {
      dynamic "cidr_blocks" {
        for_each = master_authorized_networks_config.value

        content {
          cidr_block = cidr_blocks.value
        }
      }
    }
  }

  workload_identity_config {
    workload_pool = "${var.project}.svc.id.goog"
  }

  lifecycle {
    ignore_changes = [node_config, min_master_version] # the release channel changes them
  }
}

resource "google_container_node_pool" "pool" {
  for_each = var.pools

  name           = each.key
  cluster        = google_container_cluster.cluster.id
  node_locations = length(each.value.zones) == 0 ? null : each.value.zones
  # Google counts workers per zone.
  node_count = each.value.count / max(length(each.value.zones), 1)

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  upgrade_settings {
    max_surge       = 1
    max_unavailable = 0
  }

  node_config {
    machine_type    = each.value.size
    disk_size_gb    = each.value.disk_gib
    image_type      = "COS_CONTAINERD"
    labels          = each.value.labels
    service_account = google_service_account.node.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]

    dynamic "taint" {
      for_each = each.value.taints

      content {
        key    = taint.value.key
        value  = taint.value.value
        effect = local.effects[taint.value.effect]
      }
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }

    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }

  depends_on = [google_project_iam_member.node]
}
