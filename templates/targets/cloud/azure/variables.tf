variable "subnet" {
  description = "Range of the machines' addresses, the balancer's among them."
  type        = string
}

variable "bastion_subnet" {
  description = "Range of the bastion's network."
  type        = string
}

variable "images" {
  description = "Images of the marketplace by the key that a machine names."
  type = map(object({
    publisher = string
    offer     = string
    sku       = string
  }))
}

variable "priorities" {
  description = "Number of each opening's rule, by the opening's key."
  type        = map(number)
}
