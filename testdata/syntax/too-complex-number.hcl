cluster "prod" {
  type               = "all-in-one"
  kubernetes_version = "${1e99999999}" # error: too-complex: The number is too large or too small.
}
