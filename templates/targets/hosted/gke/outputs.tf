output "endpoint" {
  description = "Address of the API."
  value       = google_container_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes as Google made it."
  value       = google_container_cluster.cluster.master_version
}
