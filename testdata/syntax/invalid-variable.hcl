variable "the domain" { # error: invalid-variable: "the domain" cannot be used as var.<name>.
  default = "example.com"
}

cluster "prod" {
  type = "all-in-one"
}
