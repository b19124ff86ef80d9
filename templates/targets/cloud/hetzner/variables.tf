variable "network_zone" {
  description = "Network zone that holds all locations of the machines."
  type        = string
}

variable "subnet" {
  description = "Range of the machines' addresses in the private network."
  type        = string
}

variable "ssh_key" {
  description = "Name of the public key in the project, where it is there already; empty: this program adds it."
  type        = string
}

variable "images" {
  description = "Hetzner's images by the key that a machine names."
  type        = map(string)
}

variable "spread" {
  description = "Group of machines that share no physical host, by machine. A group takes ten."
  type        = map(string)
}

variable "load_balancer_type" {
  description = "Type of the API's balancer."
  type        = string
}

variable "balancer_location" {
  description = "Location of the API's balancer."
  type        = string
}

variable "bastion_type" {
  description = "Server type of the bastion."
  type        = string
}

variable "bastion_location" {
  description = "Location of the bastion."
  type        = string
}
