cluster "dev" {
  type = "all-in-one"
}
ssh {
  user = <<EOT
ubuntu
EOF
}
# error on line 5: syntax-error: Unclosed heredoc: The line EOT that ends this heredoc is missing.
