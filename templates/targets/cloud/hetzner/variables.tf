variable "network_zone" {
  description = "Network zone that holds all locations of the machines."
  type        = string
}

variable "subnet" {
  description = "Range of the machines' addresses in the private network."
  type        = string
}

variable "ssh_key" {
  description = "Name of the public key in the project; empty: this program adds the key."
  type        = string
}

variable "images" {
  description = "Hetzner's images by the key in a machine's image."
  type        = map(string)
}

variable "spread" {
  description = "Placement group of each machine; its machines share no physical host. A group holds at most ten."
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
