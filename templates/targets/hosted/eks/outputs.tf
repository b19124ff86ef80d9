output "endpoint" {
  description = "Address of the API."
  value       = aws_eks_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes as AWS made it."
  value       = aws_eks_cluster.cluster.version
}
