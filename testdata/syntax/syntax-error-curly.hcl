cluster “dev” {          # error: syntax-error: The quotes are curly
  type = “all-in-one”    # error: syntax-error: The quotes are curly
  kubernetes_version = ‘1.37.2’ # error: syntax-error: The quotes are curly
}
