cluster "prod" {
  type               = 'all-in-one' # error: syntax-error: Text stands in double quotes: type = "all-in-one".
  kubernetes_version = 1.37.2       # error: syntax-error: Text stands in double quotes: kubernetes_version = "1.37.2".
}
