variable "subnet" {
  description = "Range of the addresses of the machines and of the balancer."
  type        = string
}

variable "bastion_subnet" {
  description = "Range of the bastion's network."
  type        = string
}

variable "images" {
  description = "Marketplace images by the key in a machine's image."
  type = map(object({
    publisher = string
    offer     = string
    sku       = string
  }))
}

variable "priorities" {
  description = "Priority of each opening's rule, by the opening's key."
  type        = map(number)
}
