variable "region" {
  description = "Region of everything."
  type        = string
}

variable "vpc_cidr" {
  description = "Range of the network, pods' addresses included."
  type        = string
}

variable "zones" {
  description = "Availability zones, at least two. New ones go to the end: a zone's subnets follow from its place."
  type        = list(string)
}
