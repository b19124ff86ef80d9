output "endpoint" {
  description = "Address of the API."
  value       = digitalocean_kubernetes_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes version that DigitalOcean installed."
  value       = digitalocean_kubernetes_cluster.cluster.version
}
