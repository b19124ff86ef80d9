variable "zones" {
  description = "Availability zones, which are the plan's failure domains: in each, the machines' subnet, and the public subnet of the NAT gateway and the bastion."
  type = map(object({
    subnet        = string
    public_subnet = string
  }))
}

variable "images" {
  description = "Images by the key in a machine's image: the publisher's account, and the name with an asterisk for the date."
  type = map(object({
    owner        = string
    name         = string
    architecture = string
  }))
}
