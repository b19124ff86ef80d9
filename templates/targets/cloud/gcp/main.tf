# The machines of the plan on Google Cloud. Everything that repeats is keyed by a name from the plan: adding a machine changes that
# machine alone. Nothing here is specific to one cluster; the data is in plan.auto.tfvars.json.

locals {
  zones = toset([for m in values(local.control_planes) : m.zone])

  # addresses by group, for rules from one group to another
  tags = { for name, m in var.machines : name => concat(["${var.cluster}-all"], [for r in m.roles : "${var.cluster}-${r}"]) }

  # see made-with.tf
  made_with = { for name, m in var.machines : name => { type = m.type, zone = m.zone } }

  # Google allows names of up to 63 characters. A longer one is cut and ends in a digest, so that names stay distinct.
  opening_names = {
    for key in keys(var.openings) : key => (length("${var.cluster}-${key}") <= 63
      ? "${var.cluster}-${key}"
      : "${substr("${var.cluster}-${key}", 0, 54)}-${substr(sha256(key), 0, 8)}"
    )
  }

  # The same for the groups of control planes, and for service accounts, whose names have at most 30 characters: up to 28 of the cluster's
  # name, and the first letter of the role.
  zone_groups = {
    for zone in local.zones : zone => (length("${var.cluster}-control-plane-${zone}") <= 63
      ? "${var.cluster}-control-plane-${zone}"
      : "${substr("${var.cluster}-control-plane", 0, 54)}-${substr(sha256(zone), 0, 8)}"
    )
  }
  accounts = {
    for role in ["control-plane", "node"] : role => (length(var.cluster) <= 28
      ? trimsuffix(substr("${var.cluster}-${role}", 0, 30), "-")
      : "${substr(var.cluster, 0, 15)}-${substr(sha256("${var.cluster}-${role}"), 0, 8)}-${substr(role, 0, 4)}"
    )
  }

  bastion_address = google_compute_instance.bastion.network_interface[0].access_config[0].nat_ip
}

resource "google_compute_subnetwork" "nodes" {
  name                     = "${var.cluster}-nodes"
  network                  = google_compute_network.cluster.id
  region                   = var.region
  ip_cidr_range            = var.subnet
  private_ip_google_access = true
}

# The plan's port table, rule by rule. All other ports stay closed.
resource "google_compute_firewall" "opening" {
  for_each = var.openings

  name        = local.opening_names[each.key]
  description = each.value.purpose
  network     = google_compute_network.cluster.id
  direction   = "INGRESS"

  source_tags   = each.value.from == "" ? null : ["${var.cluster}-${each.value.from}"]
  source_ranges = each.value.from == "" ? each.value.sources : null
  target_tags   = ["${var.cluster}-${each.value.to}"]

  allow {
    protocol = each.value.protocol
    ports    = each.value.first == 0 ? null : [each.value.first == each.value.last ? tostring(each.value.first) : "${each.value.first}-${each.value.last}"]
  }
}

# Packets of pods without encapsulation: tags do not match pods' addresses, so these rules use ranges.
resource "google_compute_firewall" "pods" {
  for_each = length(var.pod_subnets) == 0 ? toset([]) : toset(["pods"])

  name          = "${var.cluster}-pods"
  description   = "Pods to nodes and pods"
  network       = google_compute_network.cluster.id
  direction     = "INGRESS"
  source_ranges = var.pod_subnets
  target_tags   = ["${var.cluster}-kubelet"]

  allow {
    protocol = "all"
  }
}

# Only the permissions of the cloud-controller-manager: to read machines and routes, and to create balancers and their firewall rules.
resource "google_service_account" "control_plane" {
  account_id   = local.accounts["control-plane"]
  display_name = "${var.cluster}: control planes"
}

resource "google_project_iam_member" "control_plane" {
  for_each = toset([
    "roles/compute.loadBalancerAdmin",
    "roles/compute.securityAdmin",
    "roles/compute.viewer",
  ])

  project = var.project
  role    = each.key
  member  = "serviceAccount:${google_service_account.control_plane.email}"
}

resource "google_service_account" "node" {
  account_id   = local.accounts["node"]
  display_name = "${var.cluster}: machines that are not control planes"
}

# The machine's name is the node's name: the cloud-controller-manager finds a node's machine by it.
resource "google_compute_instance" "machine" {
  for_each = var.machines

  name           = each.key
  zone           = terraform_data.made_with[each.key].input.zone
  machine_type   = terraform_data.made_with[each.key].input.type
  tags           = local.tags[each.key]
  can_ip_forward = true # packets of pods have other addresses than the machine

  # Google changes the size and the service account only of stopped machines. See made-with.tf for why one machine at a time is stopped.
  allow_stopping_for_update = true

  boot_disk {
    initialize_params {
      image = var.images[each.value.image]
      size  = each.value.disk_gib
      type  = "pd-ssd" # etcd waits for every write to reach the disk
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.nodes.id
    network_ip = each.value.address
  }

  metadata = {
    ssh-keys               = "${var.ssh_user}:${local.public_key}"
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "FALSE" # if a project or an organization turned it on, ssh-keys would be ignored
  }

  service_account {
    email  = contains(each.value.roles, "control-plane") ? google_service_account.control_plane.email : google_service_account.node.email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    # A newer image, or another disk size, applies to new machines only: Google creates the disk with the machine, and a change of its
    # parameters would recreate both. An etcd member is never replaced as a side effect.
    # Disks that a CSI driver attaches are the cluster's: https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/compute_attached_disk
    ignore_changes = [boot_disk[0].initialize_params, attached_disk]
  }
}

# The API's balancer is a proxy. With Google's pass-through balancer, a machine behind the balancer always reaches itself, so a
# control plane could not join. A proxy connects from its own addresses, and reaches every machine.
resource "google_compute_subnetwork" "proxies" {
  for_each = local.balancer

  name          = "${var.cluster}-proxies"
  network       = google_compute_network.cluster.id
  region        = var.region
  ip_cidr_range = var.proxy_subnet
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}

resource "google_compute_firewall" "proxies" {
  for_each = local.balancer

  name        = "${var.cluster}-balancer"
  description = "The balancer's proxies, and Google's health checks, to the API servers"
  network     = google_compute_network.cluster.id
  direction   = "INGRESS"
  # https://cloud.google.com/load-balancing/docs/health-checks#firewall_rules
  source_ranges = [var.proxy_subnet, "35.191.0.0/16", "130.211.0.0/22"]
  target_tags   = ["${var.cluster}-control-plane"]

  allow {
    protocol = "tcp"
    ports    = [tostring(var.api_server_port)]
  }
}

resource "google_compute_instance_group" "control_plane" {
  for_each = length(local.balancer) == 0 ? toset([]) : local.zones

  name      = local.zone_groups[each.key]
  zone      = each.key
  network   = google_compute_network.cluster.id
  instances = [for name, m in local.control_planes : google_compute_instance.machine[name].self_link if m.zone == each.key]

  named_port {
    name = "api"
    port = var.api_server_port
  }
}

resource "google_compute_region_health_check" "api" {
  for_each = local.balancer

  name                = "${var.cluster}-api"
  region              = var.region
  check_interval_sec  = 2
  timeout_sec         = 2
  healthy_threshold   = 1
  unhealthy_threshold = 3

  https_health_check {
    port         = var.api_server_port
    request_path = "/readyz"
  }
}

resource "google_compute_region_backend_service" "api" {
  for_each = local.balancer

  name                  = "${var.cluster}-api"
  region                = var.region
  protocol              = "TCP"
  port_name             = "api"
  timeout_sec           = 600 # watches are long and often idle
  load_balancing_scheme = "INTERNAL_MANAGED"
  health_checks         = [google_compute_region_health_check.api[each.key].id]

  dynamic "backend" {
    for_each = google_compute_instance_group.control_plane

    content {
      group           = backend.value.id
      balancing_mode  = "CONNECTION"
      max_connections = 10000
    }
  }
}

resource "google_compute_region_target_tcp_proxy" "api" {
  for_each = local.balancer

  name            = "${var.cluster}-api"
  region          = var.region
  backend_service = google_compute_region_backend_service.api[each.key].id
}

resource "google_compute_address" "api" {
  for_each = local.balancer

  name         = "${var.cluster}-api"
  region       = var.region
  address_type = "INTERNAL"
  subnetwork   = google_compute_subnetwork.nodes.id
  address      = each.value.address
}

resource "google_compute_forwarding_rule" "api" {
  for_each = local.balancer

  name                  = "${var.cluster}-api"
  region                = var.region
  load_balancing_scheme = "INTERNAL_MANAGED"
  ip_protocol           = "TCP"
  port_range            = tostring(each.value.port)
  network               = google_compute_network.cluster.id
  subnetwork            = google_compute_subnetwork.nodes.id
  ip_address            = google_compute_address.api[each.key].address
  target                = google_compute_region_target_tcp_proxy.api[each.key].id

  depends_on = [google_compute_subnetwork.proxies]
}

# The bastion, for Ansible: the only machine with a public address, open only to the administrators' ranges.
resource "google_compute_instance" "bastion" {
  name         = "${var.cluster}-bastion"
  zone         = sort([for m in values(var.machines) : m.zone])[0]
  machine_type = "e2-small"
  tags         = ["${var.cluster}-bastion"]

  boot_disk {
    initialize_params {
      image = var.images[var.bastion_image]
    }
  }

  allow_stopping_for_update = true

  network_interface {
    subnetwork = google_compute_subnetwork.nodes.id

    access_config {}
  }

  metadata = {
    ssh-keys               = "${var.ssh_user}:${local.public_key}"
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "FALSE"
    startup-script         = "#!/bin/sh\nprintf '%s' '${local.bastion_sshd}' >/etc/ssh/sshd_config.d/10-startups.conf\nsystemctl restart ssh\n"
  }

  lifecycle {
    ignore_changes = [boot_disk[0].initialize_params]
  }
}

resource "google_compute_firewall" "bastion" {
  name          = "${var.cluster}-bastion"
  description   = "Administrators to the bastion"
  network       = google_compute_network.cluster.id
  direction     = "INGRESS"
  source_ranges = var.admin_cidrs
  target_tags   = ["${var.cluster}-bastion"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "from_bastion" {
  name        = "${var.cluster}-from-bastion"
  description = "The bastion to every machine's sshd, and to the API"
  network     = google_compute_network.cluster.id
  direction   = "INGRESS"
  source_tags = ["${var.cluster}-bastion"]
  target_tags = ["${var.cluster}-all"]

  allow {
    protocol = "tcp"
    ports    = distinct([tostring(var.ssh_port), tostring(var.api_server_port)])
  }
}
