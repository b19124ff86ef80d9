cluster "dev" {
  type = "all-in-one"
}
ssh {
  user = <<EOT
ubuntu
EOF
}
# error on line 5: syntax-error: Text that is not closed: The line EOT that ends this text is missing.
