# var: domian=example.com
# var: color=red
# nowhere: undeclared-variable: Did you mean "domain"?
# nowhere: undeclared-variable: Declare it with variable "color" {}

variable "domain" {
  default = "example.com"
}

cluster "prod" {
  type      = "all-in-one"
  cert_sans = [var.domain]
}
