output "endpoint" {
  description = "DNS name of the API."
  value       = azurerm_kubernetes_cluster.cluster.fqdn
}

output "version" {
  description = "Kubernetes version that Azure installed."
  value       = azurerm_kubernetes_cluster.cluster.current_kubernetes_version
}
