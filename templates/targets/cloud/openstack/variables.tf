variable "external_network" {
  description = "Name of the external network, which provides floating addresses."
  type        = string
}

variable "subnet" {
  description = "Range of the machines' addresses."
  type        = string
}

variable "dns_servers" {
  description = "Name servers of the machines; empty: those of the cloud."
  type        = list(string)
}

variable "load_balancer_provider" {
  description = "Octavia driver."
  type        = string
}

variable "images" {
  description = "Names of the cloud's images by the key in a machine's image."
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
