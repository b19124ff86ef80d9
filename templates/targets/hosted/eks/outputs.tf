output "endpoint" {
  description = "Address of the API."
  value       = aws_eks_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes as AWS made it."
  value       = aws_eks_cluster.cluster.version
}

output "oidc_provider" {
  description = "ARN of the provider that the trust policies of ServiceAccounts' roles name."
  value       = aws_iam_openid_connect_provider.cluster.arn
}
