variable "external_network" {
  description = "Name of the network that leads outside, and that floating addresses come from."
  type        = string
}

variable "subnet" {
  description = "Range of the machines' addresses."
  type        = string
}

variable "dns_servers" {
  description = "Name servers of the machines; empty: the cloud's own."
  type        = list(string)
}

variable "load_balancer_provider" {
  description = "Octavia's driver."
  type        = string
}

variable "images" {
  description = "Names of the cloud's images by the key that a machine names."
  type        = map(string)
}

variable "bastion_flavor" {
  description = "Flavor of the bastion."
  type        = string
}

variable "bastion_zone" {
  description = "Availability zone of the bastion."
  type        = string
}
