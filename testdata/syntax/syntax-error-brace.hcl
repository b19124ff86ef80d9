cluster "prod" { # error: syntax-error: There is no closing brace for this block
  type = "all-in-one"
