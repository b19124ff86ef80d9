variable "location" {
  description = "The region, for several control planes; or one of its zones, for a single one."
  type        = string
}

variable "zones" {
  description = "Zones of the workers; empty: Google chooses."
  type        = list(string)
}

variable "subnet" {
  description = "Range of the workers' addresses."
  type        = string
}

variable "release_channel" {
  description = "Release channel: REGULAR, RAPID, or STABLE."
  type        = string
}

variable "deletion_protection" {
  description = "Set to false before you remove the cluster."
  type        = bool
  default     = true
}
