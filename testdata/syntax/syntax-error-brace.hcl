cluster "prod" { # error: syntax-error: the file ends before its brace
  type = "all-in-one"
