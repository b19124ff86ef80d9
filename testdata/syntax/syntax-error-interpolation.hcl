variable "n" { default = "x" }
cluster "dev" {
  type = "all-in-one"
  control_plane_endpoint = "${var.n.example.com"
  max_nodes = 3
}
node "dev-1" {
  address = "192.168.56.10"
}
# error on line 4: syntax-error: A closing brace is missing: a template that begins with ${ or %{ ends with }.
