variable "region" {
  description = "DigitalOcean region."
  type        = string
}

variable "vpc_cidr" {
  description = "Range of the workers' network."
  type        = string
}

variable "ha" {
  description = "Whether to run several control planes. It cannot be turned off later."
  type        = bool
}
