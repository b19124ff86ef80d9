variable "zones" {
  description = "Availability zones, the plan's failure domains: the machines' subnet in each, and the one of its NAT gateway and of the bastion."
  type = map(object({
    subnet        = string
    public_subnet = string
  }))
}

variable "images" {
  description = "Images by the key that a machine names: who publishes them, and their names with a star for the date."
  type = map(object({
    owner        = string
    name         = string
    architecture = string
  }))
}
