# var: nodes=three
# var: size=3
# var: sans=["a", "b"]
# var: release=1.30
variable "nodes" { # error: wrong-type: The value of "nodes" from -var or -var-file is a string, and a number is required.
  type = number
}

variable "size" {
  default = 1
}

variable "sans" {
  type = list(string)
}

variable "release" {
}

cluster "prod" {
  type               = "all-in-one"
  max_nodes          = var.size
  cert_sans          = var.sans
  kubernetes_version = var.release
  api_server_port    = var.nodes
}
