output "endpoint" {
  description = "Address of the API."
  value       = google_container_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes version that Google installed."
  value       = google_container_cluster.cluster.master_version
}
