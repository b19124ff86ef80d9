output "endpoint" {
  description = "Name of the API."
  value       = azurerm_kubernetes_cluster.cluster.fqdn
}

output "version" {
  description = "Kubernetes as Azure made it."
  value       = azurerm_kubernetes_cluster.cluster.current_kubernetes_version
}
