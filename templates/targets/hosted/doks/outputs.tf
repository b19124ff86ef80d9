output "endpoint" {
  description = "Address of the API."
  value       = digitalocean_kubernetes_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes as DigitalOcean made it."
  value       = digitalocean_kubernetes_cluster.cluster.version
}
