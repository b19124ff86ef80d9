# The network of nodes on Google Cloud; main.tf creates their subnet.

variable "region" {
  description = "Region of the network."
  type        = string
}

resource "google_compute_network" "cluster" {
  name                    = var.cluster
  auto_create_subnetworks = false
}

# Nodes have no public address; they reach package repositories and registries through NAT.
resource "google_compute_router" "cluster" {
  name    = var.cluster
  network = google_compute_network.cluster.id
  region  = var.region
}

resource "google_compute_router_nat" "cluster" {
  name                               = var.cluster
  router                             = google_compute_router.cluster.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}
