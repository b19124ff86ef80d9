variable "region" {
  description = "IBM Cloud region."
  type        = string
}

variable "subnets" {
  description = "Range of the workers' addresses in each zone."
  type        = map(string)
}

variable "public_endpoint" {
  description = "Whether the API can be reached from outside IBM's network."
  type        = bool
}
