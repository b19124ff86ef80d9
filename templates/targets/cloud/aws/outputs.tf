output "endpoint" {
  description = "AWS' own name of the API's balancer; empty if there is none."
  value       = join("", [for lb in aws_lb.api : lb.dns_name])
}
