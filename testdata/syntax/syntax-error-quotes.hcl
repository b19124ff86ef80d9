cluster "prod" {
  type               = 'all-in-one' # error: syntax-error: A string needs double quotes: type = "all-in-one".
  kubernetes_version = 1.37.2       # error: syntax-error: A string needs double quotes: kubernetes_version = "1.37.2".
}
