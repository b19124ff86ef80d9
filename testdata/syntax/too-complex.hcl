locals {
  cube = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a * b * c]]] # error: too-complex: more than 524288 elements
}

cluster "prod" {
  type               = "all-in-one"
  kubernetes_version = "${local.cube[0][0][0]}"
}
