variable "zones" {
  description = "Availability zones, at least two. Add new ones at the end: a zone's position determines its subnets."
  type        = list(string)
}
