output "membership" {
  description = "What `gcloud container fleet memberships get-credentials` takes."
  value       = google_gkeonprem_bare_metal_cluster.cluster.name
}
