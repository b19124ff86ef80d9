# var: domian=example.com
# var: colour=red
# nowhere: undeclared-variable: Did you mean "domain"?
# nowhere: undeclared-variable: Declare it with variable "colour" {}

variable "domain" {
  default = "example.com"
}

cluster "prod" {
  type      = "all-in-one"
  cert_sans = [var.domain]
}
