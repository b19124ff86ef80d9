variable "n" {
  type    = "string" # error: invalid-variable: type = string
  default = "a"
}
cluster "prod" {
  type = "all-in-one"
}
