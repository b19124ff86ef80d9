variable "region" {
  description = "DigitalOcean region."
  type        = string
}

variable "vpc_cidr" {
  description = "Range of the network of the workers."
  type        = string
}

variable "ha" {
  description = "Several control planes. It cannot be taken back."
  type        = bool
}
