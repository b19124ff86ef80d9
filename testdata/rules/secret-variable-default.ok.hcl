variable "registry_password_file" {
  default = "/etc/registry/password"
}

cluster "dev" {
  type = "all-in-one"
}

node "dev-1" {
  address = "192.168.56.10"
  annotations = { "example.com/note" = var.registry_password_file }
}
