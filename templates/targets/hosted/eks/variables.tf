variable "zones" {
  description = "Availability zones, at least two. New ones go to the end: a zone's subnets follow from its place."
  type        = list(string)
}
