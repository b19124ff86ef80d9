output "membership" {
  description = "Fleet membership, for `gcloud container fleet memberships get-credentials`."
  value       = google_gkeonprem_bare_metal_cluster.cluster.name
}
