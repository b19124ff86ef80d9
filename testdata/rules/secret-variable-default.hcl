variable "registry_password" {
  default = "hunter2" # warning: secret-variable-default
}

cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  annotations = { "example.com/note" = var.registry_password }
}
