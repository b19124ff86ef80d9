output "endpoint" {
  description = "Address of the API."
  value       = aws_eks_cluster.cluster.endpoint
}

output "version" {
  description = "Kubernetes version that AWS installed."
  value       = aws_eks_cluster.cluster.version
}

output "oidc_provider" {
  description = "ARN of the OIDC provider, for the trust policies of ServiceAccounts' roles."
  value       = aws_iam_openid_connect_provider.cluster.arn
}
