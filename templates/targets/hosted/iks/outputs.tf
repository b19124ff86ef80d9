output "endpoint" {
  description = "Address of the API."
  value       = var.public_endpoint ? ibm_container_vpc_cluster.cluster.public_service_endpoint_url : ibm_container_vpc_cluster.cluster.private_service_endpoint_url
}
